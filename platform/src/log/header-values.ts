import type { Assignment } from './assignment.ts'
import type { Scan } from './scan-state.ts'
import { lineEnd } from './value-end.ts'
import { isNothing, isPlaceholder } from './value-shape.ts'

const SCHEME =
  /(?:(?:Basic|Bearer|Digest|Token|Api-?Key|Api-Token|Negotiate|NTLM|HOBA|Mutual|OAuth|Hawk|Key|GoogleLogin|SharedKey(?:Lite)?|SharedAccessSignature|AWS4?-?[\w-]{0,20}|DPoP|FlyV1|JWT|GenieKey|Splunk|Zoho-oauthtoken|SSWS)(?:[ \t]|\\u0020|%20|\+){1,4}(?=\S))?/iy

/** `username="ann", response="…"`, as Digest and AWS have them. */
const PARAMETERS =
  /(?:[\w-]{1,30}=(?:\\*"[^"\\]{0,500}\\*"|[^\s,"'\\]{1,500})(?:,[ \t]{0,2}(?=[\w-]{1,30}=))?){2,30}/y

/** The value of an `Authorization` or `Cookie` header: all of it but the name of the scheme. */
export function maskHeader(scan: Scan, found: Assignment): number {
  const { text } = scan
  if (!found.quoted && !/^(?:[:=]|：|=>|%(?:25)*3[ad])$/i.test(found.operator)) return 0
  const opener = text.charAt(found.start)
  if (!found.quoted && found.keyQuoted && (opener === '{' || opener === '['))
    return maskHeaderList(scan, found.start)
  const stop = found.quoted ? found.end : headerEnd(scan, found.start)
  SCHEME.lastIndex = found.start
  SCHEME.test(text)
  const from = Math.min(SCHEME.lastIndex, stop)
  if (from > found.start) {
    PARAMETERS.lastIndex = from
    if (PARAMETERS.test(text)) return scan.mask(from, PARAMETERS.lastIndex)
  }
  const value = text.slice(from, stop).trimEnd()
  if (isNothing(value) || isPlaceholder(value) || /^\d{1,6}$/.test(value)) return 0
  if (!found.quoted && isSentence(value)) return 0
  return scan.mask(from, from + value.length)
}

/** The header's line, or what is left of the quotation it stands in. */
function headerEnd(scan: Scan, start: number): number {
  const line = lineEnd(scan, start)
  const mark = scan.text.slice(start, line).search(/\\*["'`]/)
  return mark === -1 ? line : start + mark
}

/** `cookie: not set`, `authorization: denied for user 7`. */
function isSentence(value: string): boolean {
  return (
    /^[A-Za-z]+(?:[ ,-]+[\w'/-]+){0,12}[.!]?$/.test(value) &&
    !/\b(?=\w*\d)(?=\w*[A-Za-z])\w{8,}/.test(value) &&
    !/[=]/.test(value)
  )
}

const ITEM = /\s*(\\*")((?:[^"\\]|\\(?!"))*)\\*"\s*[,\]}:]?/y

/** `"set-cookie": ["a=b", "c=d"]`, `"cookies": {"a": "b"}`: each value. */
function maskHeaderList(scan: Scan, start: number): number {
  const { text } = scan
  let resume = 0
  ITEM.lastIndex = start + 1
  for (let item = ITEM.exec(text); item !== null; item = ITEM.exec(text)) {
    const isKey = item[0].endsWith(':')
    const from = ITEM.lastIndex - item[0].length + item[0].indexOf('"') + 1
    const value = item[2] ?? ''
    if (!isKey && !isNothing(value) && !isPlaceholder(value))
      resume = scan.mask(from, from + value.length)
    if (/[\]}]$/.test(item[0])) break
  }
  return resume
}
