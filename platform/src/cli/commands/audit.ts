import { parseArgs } from 'node:util'
import {
  auditFiles,
  isFinding,
  PHASES,
  type Phase,
  type Report,
  type RunSummary,
} from '../../audit/index.ts'
import { asJunit } from '../../audit/output/junit.ts'
import { asSarif } from '../../audit/output/sarif.ts'
import { asText } from '../../audit/output/text.ts'
import { type Language, type State, stateOf } from '../../audit/output/words.ts'
import { type CliIo, type Command, systemOf } from '../command.ts'
import { print, table, UsageError } from '../output.ts'
import { callServer } from '../server-call.ts'

const STATES = ['open', 'waived', 'unproven', 'passed'] as const
const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const

/** `minato audit`: what is still missing before people rely on the system, with evidence. */
export const audit: Command = {
  name: 'audit',
  summary: {
    en: 'check whether the system is ready for production',
    ja: '本番運用の準備が整っているかを検査する',
  },
  usage: `Usage: minato audit [options]
       minato audit history [--limit N] [--json]
       minato audit show [ID] [options]

Runs every check and prints what was seen, why it matters and how to mend it. Runs that look at more
than files are kept: history lists them, show prints one again (the newest without an ID).

  --phase P      static (files only, needs no configuration), boot (configuration and database) or
                 live (the running system, from outside); may be given several times; default all
  --url U        address the live phase looks at; default PUBLIC_URL
  --only S       show only what is open, waived, unproven or passed
  --severity S   show only critical, high, medium or low
  --json         the whole report; --sarif SARIF 2.1.0; --junit JUnit XML

Findings are accepted for a time in minato-waivers.json (AUDIT_WAIVERS):
[{"id": "mail.real", "owner": "…", "reason": "…", "expires": "YYYY-MM-DD"}]

Exit code 0: nothing open; 1: at least one finding that is not waived; 2: wrong usage; 78: wrong
configuration.`,
  run: act,
}

type Format = 'text' | 'json' | 'sarif' | 'junit'
type Shown = { format: Format; only: State | undefined; severity: string | undefined }

async function act(args: string[], io: CliIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      phase: { type: 'string', multiple: true },
      url: { type: 'string' },
      only: { type: 'string' },
      severity: { type: 'string' },
      limit: { type: 'string', default: '30' },
      json: { type: 'boolean', default: false },
      sarif: { type: 'boolean', default: false },
      junit: { type: 'boolean', default: false },
    },
  })
  const [action = 'run', id, ...rest] = positionals
  const formats = (['json', 'sarif', 'junit'] as const).filter((name) => values[name])
  if (formats.length > 1) throw new UsageError('Ask for one of --json, --sarif and --junit.')
  const shown: Shown = {
    format: formats[0] ?? 'text',
    only: oneOf('--only', values.only, STATES),
    severity: oneOf('--severity', values.severity, SEVERITIES),
  }
  if (rest.length > 0 || (id !== undefined && action !== 'show')) {
    throw new UsageError(`"${rest[0] ?? id}" is one word too many.`)
  }
  if (action === 'history') return await history(io, Number(values.limit), values.json)
  if (action === 'show') {
    const input = id === undefined ? {} : { id }
    return show(io, (await callServer<{ report: Report }>(io, 'audit.show', input)).report, shown)
  }
  if (action !== 'run') throw new UsageError(`Unknown action "${action}".`)
  return show(io, await run(io, phasesOf(values.phase), values.url), shown)
}

async function run(io: CliIo, phases: Phase[], url: string | undefined): Promise<Report> {
  if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new UsageError('--url must be an http or https address.')
  }
  if (phases.every((phase) => phase === 'static')) {
    const { root, version, apps } = systemOf(io)
    const env = io.env
    return await auditFiles({ root, env, phases, apps: await apps(), release: version })
  }
  const input = { phases, ...(url === undefined ? {} : { url }) }
  return (await callServer<{ report: Report }>(io, 'audit.run', input)).report
}

function phasesOf(given: readonly string[] | undefined): Phase[] {
  if (given === undefined) return [...PHASES]
  const asked = given.map((name) => oneOf('--phase', name, PHASES))
  return PHASES.filter((phase) => asked.includes(phase))
}

function oneOf<T extends string>(
  option: string,
  given: string | undefined,
  known: readonly T[],
): T | undefined {
  const found = known.find((name) => name === given)
  if (given !== undefined && found === undefined) {
    throw new UsageError(`${option} must be one of ${known.join(', ')}.`)
  }
  return found
}

function show(io: CliIo, report: Report, { format, only, severity }: Shown): number {
  const fits = (result: Report['results'][number]) =>
    (only === undefined || stateOf(result) === only) &&
    (severity === undefined || result.severity === severity)
  const seen = { ...report, results: report.results.filter(fits) }
  const color = format === 'text' && 'isTTY' in io.stdout && io.stdout.isTTY === true
  const width = 'columns' in io.stdout ? Math.max(60, Number(io.stdout.columns) || 100) : 100
  const texts: Record<Format, () => string> = {
    text: () =>
      `${asText(seen, { language: languageOf(io), color: color && !io.env['NO_COLOR'], width })}\n`,
    json: () => `${JSON.stringify(seen)}\n`,
    sarif: () => `${JSON.stringify(asSarif(seen))}\n`,
    junit: () => asJunit(seen),
  }
  io.stdout.write(texts[format]())
  return report.results.some(isFinding) ? 1 : 0
}

async function history(io: CliIo, limit: number, json: boolean): Promise<number> {
  if (!Number.isInteger(limit) || limit < 1) throw new UsageError('--limit must be a number.')
  const runs = await callServer<RunSummary[]>(io, 'audit.history', { limit: Math.min(limit, 500) })
  const rows = runs.map(({ id, startedAt, score, counts, phases, release, actor }) => [
    id,
    new Date(startedAt).toISOString(),
    `${score}/100`,
    `${counts.fail} open`,
    `${counts.waived} waived`,
    `${counts.skip} unproven`,
    phases.join('+'),
    release,
    actor,
  ])
  print(io, json, runs, rows.length === 0 ? 'No run yet: minato audit' : table(rows))
  return 0
}

function languageOf(io: CliIo): Language {
  const { LC_ALL, LC_MESSAGES, LANG } = io.env
  return (LC_ALL || LC_MESSAGES || LANG || '').startsWith('ja') ? 'ja' : 'en'
}
