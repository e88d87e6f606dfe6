import type { Scan } from './scan-state.ts'
import { isPlaceholder } from './value-shape.ts'

const LINE_END = String.raw`(?:\\{1,15}r)?(?:\r?\n|\\{1,15}n)`
const BLANK = String.raw`(?:[ \t]|\\{1,15}t)`
const KIND = new RegExp(
  `(?:^|${LINE_END}|[{,;\\s"'])${BLANK}*kind:[ \\t]*\\\\*["']?secret\\\\*["']?[ \\t]*(?=$|${LINE_END}|[,}"'])`,
  'i',
)
const OPENS = new RegExp(`[ \\t]*${LINE_END}`, 'y')
const ENTRY = new RegExp(
  `(${BLANK}*)(?:#[^\\n\\\\]*|[\\w.-]{1,100}:[ \\t]*(?:[|>][-+]?[ \\t]*${LINE_END}${BLANK}*)?(\\\\*["']?)([^\\s"'\\\\]{0,20000})\\\\*["']?)[ \\t]*(?:${LINE_END}|$|(?=\\\\*["']))`,
  'y',
)

/** `data:` or `stringData:` of a manifest whose kind is Secret: the values of its entries. */
export function readManifestData(scan: Scan, start: number, end: number): number {
  const { text } = scan
  // `metadata:` ends like this too.
  if (!/(?:^|[^A-Za-z]|\\[nrt]|string)$/i.test(text.slice(Math.max(0, start - 6), start))) return 0
  OPENS.lastIndex = end
  if (!OPENS.test(text) || !isSecretManifest(scan, start)) return 0
  let at = OPENS.lastIndex
  const indent = indentBefore(text, start)
  let resume = 0
  for (let n = 0; n < 200 && at < text.length; n++) {
    ENTRY.lastIndex = at
    const entry = ENTRY.exec(text)
    if (entry === null || width(entry[1] ?? '') <= indent) break
    const value = entry[3] ?? ''
    if (value.length >= 10 && !isPlaceholder(value) && !value.startsWith('ENC[')) {
      const from = text.indexOf(value, at + (entry[1] ?? '').length)
      resume = scan.mask(from, from + value.length)
    }
    at = ENTRY.lastIndex
  }
  return resume
}

/** Whether the YAML document around `at` is a Secret. The documents are found once for a text. */
function isSecretManifest(scan: Scan, at: number): boolean {
  scan.secretDocuments ??= secretDocuments(scan.text)
  let low = 0
  let high = scan.secretDocuments.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const [from, to] = scan.secretDocuments[middle] ?? [0, 0]
    if (at < from) high = middle - 1
    else if (at >= to) low = middle + 1
    else return true
  }
  return false
}

function secretDocuments(text: string): [number, number][] {
  const found: [number, number][] = []
  let from = 0
  for (const part of text.split(/((?:\n|\\+n)---)/)) {
    if (KIND.test(part)) found.push([from, from + part.length])
    from += part.length
  }
  return found
}

function indentBefore(text: string, at: number): number {
  const line = /(?:^|\n|\\+n)((?:[ \t]|\\+t)*)\w*$/.exec(text.slice(Math.max(0, at - 120), at))
  return width(line?.[1] ?? '')
}

const width = (blanks: string) => blanks.replace(/\\+t/g, '\t').length
