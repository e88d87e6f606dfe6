import type { Scan } from './scan-state.ts'

const BEGIN = /-----BEGIN[ A-Z0-9_-]{0,80}(?:PRIVATE KEY(?: BLOCK)?|OpenVPN Static key V1)-----/iy
/** Key material or a header such as `Proc-Type:` follows; in source text that names the mark it does not. */
const CONTENT =
  /(?:\s|\\{1,15}[nrt]|["'`+,]|&#1[03];){0,60}(?:[A-Za-z0-9+/=]{8,}|[A-Z][\w-]{1,40}:)/y
const END = /-----END[ A-Z0-9_-]{0,80}-----/gi

/** A private key in PEM, also with its line ends written as `\n`. The marks stay, what is between goes. */
export function maskPem(scan: Scan, start: number): number {
  const { text } = scan
  BEGIN.lastIndex = start
  if (!BEGIN.test(text)) return 0
  const from = BEGIN.lastIndex
  CONTENT.lastIndex = from
  if (!CONTENT.test(text)) return 0
  END.lastIndex = from
  const end = END.exec(text)
  let to = end === null ? text.length : end.index
  if (scan.json) {
    const quote = closingQuote(text, from, to)
    if (quote !== -1) to = quote
  }
  if (to === from) return 0
  return scan.mask(from, to)
}

/** An unescaped quotation mark before `to`: the JSON string ends there. */
function closingQuote(text: string, from: number, to: number): number {
  let run = 0
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i)
    if (code === 34 && run % 2 === 0) return i
    run = code === 92 ? run + 1 : 0
  }
  return -1
}
