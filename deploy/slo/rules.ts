import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'

// Turns the service levels beside this file into recording rules of Prometheus:
//   node deploy/slo/rules.ts      writes ../prometheus/rules/slo-levels.yml
// The alerts that compare them are the same for every level: ../prometheus/rules/slo.yml.

type Level = { name: string; objective: number } & (
  | { good: string }
  | { bad: string; total: string }
  | { fast: string; total: string }
  | { score: string }
)
type Rule = { record: string; labels?: { slo: string }; expr: string }

/** Google's multi-window burn rates need these pairs: 5m with 1h, 30m with 6h, 6h with 3d. */
const WINDOWS = ['5m', '30m', '1h', '6h', '3d']

/** The rules as text; what is committed must be equal to it. */
export function levelRules(): string {
  const levels = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.yml'))
    .sort()
    .map((name) => parse(readFileSync(join(import.meta.dirname, name), 'utf8')) as Level)
  const rules = levels.flatMap(rulesOf)
  const head = '# Made by deploy/slo/rules.ts from deploy/slo/*.yml. Change those, then run it.\n'
  return (
    head +
    stringify(
      { groups: [{ name: 'slo-levels', rules }] },
      { lineWidth: 0, aliasDuplicateObjects: false },
    )
  )
}

function rulesOf(level: Level): Rule[] {
  const labels = { slo: level.name }
  const objective = { record: 'slo:objective', labels, expr: `vector(${level.objective})` }
  if ('score' in level) return [objective, { record: 'slo:score', labels, expr: level.score }]
  const budget = Number((1 - level.objective).toFixed(6))
  const ratios: Rule[] =
    'good' in level
      ? [
          { record: 'slo:good', labels, expr: level.good },
          ...WINDOWS.map((window) => ({
            record: `slo:bad:ratio${window}`,
            labels,
            expr: `1 - avg_over_time(slo:good{slo="${level.name}"}[${window}])`,
          })),
        ]
      : WINDOWS.map((window) => ({
          record: `slo:bad:ratio${window}`,
          labels,
          expr: ratio(level).replaceAll('$window', window),
        }))
  return [
    objective,
    { record: 'slo:budget', labels, expr: `vector(${budget})` },
    ...ratios,
    {
      record: 'slo:measured30d',
      labels,
      expr: `1 - avg_over_time(slo:bad:ratio5m{slo="${level.name}"}[30d])`,
    },
    {
      record: 'slo:budget:remaining',
      labels,
      expr: `1 - avg_over_time(slo:bad:ratio5m{slo="${level.name}"}[30d]) / ${budget}`,
    },
  ]
}

/** No request, nothing spoiled. */
function ratio(level: { bad: string; total: string } | { fast: string; total: string }): string {
  const share =
    'bad' in level
      ? `${level.bad} / (${level.total} > 0)`
      : `1 - ${level.fast} / (${level.total} > 0)`
  return `(${share}) or vector(0)`
}

if (import.meta.main) {
  writeFileSync(join(import.meta.dirname, '../prometheus/rules/slo-levels.yml'), levelRules())
}
