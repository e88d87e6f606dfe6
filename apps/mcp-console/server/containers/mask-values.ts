/** Shorter values are too likely to be ordinary words; the log's sanitizer has the same bound. */
const MIN_LENGTH = 6
const MASK = '[secret]'
/** As many backslashes as JSON inside JSON inside JSON needs; a bound, so that a run of them costs no time. */
const SLASHES = '\\\\{1,8}'
const SHORT: Readonly<Record<string, string>> = {
  '\b': 'b',
  '\f': 'f',
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
}

/** A text as it came, with every one of the values it was made for masked. */
export type Mask = (text: string) => string

/**
 * Masks these values, and nothing else, in whatever passes from a server to a web process: plain, URL-encoded, and as
 * any writer of JSON may have escaped them. JSON stays JSON. Values of fewer than six characters are passed over, as in
 * the log.
 *
 * @example maskValues(['hunter2!'])('{"content":"hunter2!"}') // '{"content":"[secret]"}'
 */
export function maskValues(values: readonly string[]): Mask {
  const spellings = new Set(values.flatMap(spellingsOf))
  if (spellings.size === 0) return (text) => text
  // A value inside a longer one must not cut it.
  const longestFirst = [...spellings].sort((a, b) => b.length - a.length)
  const found = new RegExp(longestFirst.map(patternOf).join('|'), 'g')
  return (text) => {
    const masked = text.replace(found, MASK)
    if (masked === text) return text
    // A match may have begun in the middle of an escape: in JSON, strings are masked one by one.
    const json = parseJson(text)
    return json === undefined ? masked : JSON.stringify(maskedJson(json, found))
  }
}

function spellingsOf(value: string): string[] {
  const plain = value.trim()
  if (plain.length < MIN_LENGTH) return []
  const form = new URLSearchParams({ v: plain }).toString().slice(2)
  // A lone surrogate cannot be encoded; the plain spelling still counts.
  return [plain, plain.isWellFormed() ? encodeURIComponent(plain) : plain, form]
}

/** Each character as itself or escaped, at any depth of JSON in JSON. */
function patternOf(spelling: string): string {
  return (spelling.match(/\\+|[^\\]/g) ?? []).map(partPattern).join('')
}

function partPattern(part: string): string {
  // A run as one: a bound for each backslash would be tried in every combination.
  if (part.startsWith('\\')) {
    return `(?:\\\\{${part.length},${8 * part.length}}|(?:${SLASHES}u005[cC]){${part.length}})`
  }
  return unitPattern(part)
}

function unitPattern(unit: string): string {
  const code = unit.charCodeAt(0).toString(16).padStart(4, '0')
  const anyCase = code.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)
  const short = SHORT[unit]
  const escaped = [`u${anyCase}`, ...(short === undefined ? [] : [short])].join('|')
  const bare = `\\u${code}`
  return '"/'.includes(unit)
    ? `(?:\\\\{0,8}${bare}|${SLASHES}(?:${escaped}))`
    : `(?:${bare}|${SLASHES}(?:${escaped}))`
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function maskedJson(value: unknown, found: RegExp): unknown {
  if (typeof value === 'string') return value.replace(found, MASK)
  if (typeof value === 'number')
    return String(value).replace(found, MASK) === `${value}` ? value : MASK
  if (Array.isArray(value)) return value.map((item) => maskedJson(item, found))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, member]) => [
    name.replace(found, MASK),
    maskedJson(member, found),
  ])
  return Object.fromEntries(entries)
}
