import { PHASES, SEVERITIES } from '../define-check.ts'
import type { Report, Result } from '../report.ts'
import { type Language, type State, stateOf, WORDS } from './words.ts'

type TextOptions = { language: Language; color?: boolean; width?: number }

const COLORS: Readonly<Record<State, number>> = { open: 31, waived: 33, unproven: 35, passed: 32 }
const ORDER: readonly State[] = ['open', 'waived', 'unproven', 'passed']

/**
 * The report for a terminal: what is open first, each with what was seen, why it matters and how to
 * mend it; what is right in one line each.
 */
export function asText(
  report: Report,
  { language, color = false, width = 100 }: TextOptions,
): string {
  const words = WORDS[language]
  const lines: string[] = []
  for (const phase of PHASES) {
    const results = report.results.filter((result) => result.phase === phase)
    if (results.length === 0) continue
    const score = report.scores[phase]
    lines.push('', `${words.phases[phase]}${score === undefined ? '' : `  ${score}/100`}`)
    for (const result of results.toSorted(byUrgency)) {
      lines.push(...entry(result, language, color, width))
    }
  }
  const total = `${words.score} ${report.score}/100: ${words.summary(report.counts)}`
  const rest = report.minutes === 0 ? '' : ` (${words.mend} ${words.minutes(report.minutes)})`
  return [...lines.slice(1), '', `${total}${rest}`].join('\n')
}

function byUrgency(a: Result, b: Result): number {
  const state = ORDER.indexOf(stateOf(a)) - ORDER.indexOf(stateOf(b))
  return state === 0 ? SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) : state
}

function entry(result: Result, language: Language, color: boolean, width: number): string[] {
  const words = WORDS[language]
  const state = stateOf(result)
  const mark = paint(words.states[state], COLORS[state], color)
  const severity = words.severities[result.severity]
  const head = `  ${mark}  ${result.id}  ${result.title[language]}`
  if (state === 'passed') return [head]
  const detail = (label: string, text: string) => wrap(`      ${label}: `, text, width)
  const seen = detail(words.seen, `${result.evidence[language]}${placeOf(result)}`)
  if (state === 'unproven') return [head, ...seen]
  const { waiver } = result
  if (waiver !== undefined) {
    const accepted = `${words.waived(waiver.owner, waiver.expires)}: ${waiver.reason}`
    return [`${head} [${severity}]`, ...seen, ...wrap('      ', accepted, width)]
  }
  return [
    `${head} [${severity}, ${words.minutes(result.minutes)}]`,
    ...seen,
    ...detail(words.why, result.why[language]),
    ...detail(words.mend, result.mend[language]),
  ]
}

/** ` (deploy/compose.yml:12)`, or nothing. */
function placeOf({ place }: Result): string {
  if (place === undefined) return ''
  const { file, line, variable, url } = place
  const at = file === undefined ? (variable ?? url) : line === undefined ? file : `${file}:${line}`
  return at === undefined ? '' : ` (${at})`
}

function paint(text: string, code: number, color: boolean): string {
  return color ? `\u001b[${code}m${text}\u001b[0m` : text
}

/** Japanese is broken between characters, English between words; following lines are indented. */
function wrap(label: string, text: string, width: number): string[] {
  const indent = ' '.repeat(8)
  const lines: string[] = []
  let line = label
  let used = columns(label)
  for (const word of text.match(
    /[\u3000-\u9fff\uff00-\uffef]|[^\s\u3000-\u9fff\uff00-\uffef]+|\s+/g,
  ) ?? []) {
    const size = columns(word)
    if (used + size > width && line.trim() !== '' && !/^[、。）」]$/.test(word)) {
      lines.push(line.trimEnd())
      line = indent + word.trimStart()
      used = columns(line)
    } else {
      line += word.replace(/\s+/g, ' ')
      used += size
    }
  }
  return [...lines, line.trimEnd()]
}

/** Characters of Japanese take two columns. */
function columns(text: string): number {
  let sum = 0
  for (const character of text)
    sum += /[\u1100-\u115f\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/.test(character)
      ? 2
      : 1
  return sum
}
