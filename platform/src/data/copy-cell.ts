/** What COPY's text format writes for NULL; a text of the same letters is escaped and differs. */
export const NULL_CELL = '\\N'

const SPECIAL = /[\\\b\f\n\r\t\v]/
const ALL_SPECIAL = new RegExp(SPECIAL.source, 'g')
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
}
const UNESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/**
 * A value as a cell of COPY's text format, escaped exactly as PostgreSQL itself writes it, so that
 * what is sent and what is read back are the same bytes.
 */
export function escapeCell(text: string): string {
  return SPECIAL.test(text)
    ? text.replace(ALL_SPECIAL, (letter) => ESCAPES[letter] ?? letter)
    : text
}

/** The value of a cell that is not NULL. */
export function unescapeCell(cell: string): string {
  return cell.includes('\\')
    ? cell.replace(/\\(.)/gs, (_, letter: string) => UNESCAPES[letter] ?? letter)
    : cell
}
