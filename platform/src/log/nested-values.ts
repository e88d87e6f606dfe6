import type { Assignment } from './assignment.ts'
import { HARD, type KeyKind, SOFT } from './key-names.ts'
import type { Scan } from './scan-state.ts'
import { quotedEnd } from './value-end.ts'
import { isNothing, isPlaceholder } from './value-shape.ts'

const STRING = /(\\*["'])/y

/** Fields that say something of the secret: `{"password": {"type": "string"}}` of a schema. */
const DESCRIBES =
  /^(?:type|format|description|title|message|code|reason|status|kind|path|rule|error|expected|received|scope|algorithm|alg|short|in|ref|\$ref)$|(?:At|_at)$/

/** What a form says of a field: `"password": ["must be at least 12 characters"]`. */
function isMessage(value: string): boolean {
  return (
    / /.test(value) &&
    /\b(?:must|required|invalid|too|at least|at most|should|expected|cannot|missing|characters?)\b|[。です]$/i.test(
      value,
    )
  )
}

/**
 * The strings inside an object or array under a secret's name: `"passwords": ["a", "b"]`, `"secret": {"db": "x"}`. The
 * names of the fields stay. Numbers stay under names such as `tokens`, where they are counts.
 */
export function maskNested(scan: Scan, kind: KeyKind, found: Assignment): number {
  if (kind !== HARD && kind !== SOFT) return 0
  const { text } = scan
  let depth = 0
  let at = found.start
  let resume = 0
  let field = ''
  while (scan.steps-- > 0 && at < text.length) {
    const code = text.charCodeAt(at)
    if (code === 123 || code === 91) depth++
    if (code === 125 || code === 93) depth--
    if (depth === 0) break
    STRING.lastIndex = at
    const open = STRING.exec(text)?.[1]
    if (open === undefined) {
      at++
      continue
    }
    const from = at + open.length
    const to = quotedEnd(scan, from, open)
    const value = text.slice(from, to)
    if (/^\\*["']\s*:/.test(text.slice(to, to + 24))) {
      field = value
      at = to + open.length
      continue
    }
    if (!DESCRIBES.test(field) && !isNothing(value) && !isPlaceholder(value) && !isMessage(value))
      resume = scan.mask(from, to)
    at = to + open.length
  }
  return resume
}
