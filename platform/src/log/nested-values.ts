import type { Assignment } from './assignment.ts'
import { DESCRIBES, isMessage } from './field-facts.ts'
import { HARD, type KeyKind, SOFT } from './key-names.ts'
import type { Scan } from './scan-state.ts'
import { quotedEnd } from './value-end.ts'
import { isNothing, isPlaceholder } from './value-shape.ts'

const STRING = /(\\*["'])/y

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
    // The end of the string that the whole stands in.
    if (open === '"' && scan.json && !(found.keyQuoted && found.quote === '"')) break
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
      resume = Math.max(resume, scan.mask(from, to))
    at = to + open.length
  }
  return resume
}
