import type { Assignment } from './assignment.ts'
import { isCall } from './code-values.ts'
import { HARD } from './key-names.ts'
import { maskNested } from './nested-values.ts'
import type { Scan } from './scan-state.ts'
import { lineEnd } from './value-end.ts'
import { isNothing, isPlaceholder, looksRandom } from './value-shape.ts'

const SCHEME =
  /(?:(?:Basic|Bearer|Digest|Token|Api-?Key|Api-Token|Negotiate|NTLM|HOBA|Mutual|OAuth|Hawk|Key|GoogleLogin|SharedKey(?:Lite)?|SharedAccessSignature|AWS4?-?[\w-]{0,20}|DPoP|FlyV1|JWT|GenieKey|Splunk|Zoho-oauthtoken|SSWS)(?:[ \t]|\\u0020|%20|\+){1,4}(?=\S))?/iy

/** `username="ann", response="…"`, as Digest and AWS have them. */
const PARAMETERS =
  /(?:[\w-]{1,30}=(?:\\*"[^"\\]{0,500}\\*"|[^\s,"'\\]{1,500})(?:,[ \t]{0,2}(?=[\w-]{1,30}=))?){2,30}/y

/** The value of an `Authorization` or `Cookie` header: all of it but the name of the scheme. */
export function maskHeader(scan: Scan, found: Assignment): number {
  const { text } = scan
  if (!/^(?:[:=]|：|=>|%(?:25)*3[ad]|\\+u003[ad])$/i.test(found.operator))
    return maskArgument(scan, found)
  if (found.operator !== ':' && !found.quoted) return maskAssigned(scan, found)
  const opener = text.charAt(found.start)
  if (!found.quoted && (opener === '{' || opener === '['))
    return found.operator === '=' ? 0 : maskNested(scan, HARD, found)
  if (found.keyQuoted && !found.quoted && /^[-\d.tfn]/.test(opener)) return maskScalar(scan, found)
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

/** A number, true, false or null of JSON. */
function maskScalar(scan: Scan, found: Assignment): number {
  const value = scan.text.slice(found.start, found.end)
  if (!/^-?\d[\d.eE+-]{6,}$/.test(value)) return 0
  return scan.mask(found.start, found.end, `${found.quote}[secret]${found.quote}`)
}

/** `authorization=x`, `cookie=a=b`: one value, unless it is an expression such as `cookie = this.cookies[i]`. */
function maskAssigned(scan: Scan, found: Assignment): number {
  const value = scan.text.slice(found.start, Math.min(found.end, found.start + 600))
  if (isNothing(value) || isPlaceholder(value) || isCall(value)) return 0
  return /[\d=%]/.test(value) ? scan.mask(found.start, found.end) : 0
}

/** `.header('set-cookie', 'a=b')`, `['Authorization', 'Bearer x']`: only what looks like a header's value. */
function maskArgument(scan: Scan, found: Assignment): number {
  const value = scan.text.slice(found.start, found.end)
  if (!found.quoted || isPlaceholder(value)) return 0
  const scheme = /^[A-Za-z-]{3,20} (?=\S{6,}$)/.exec(value)?.[0] ?? ''
  if (scheme === '' && !/^[\w.-]{1,80}=\S/.test(value) && !looksRandom(value)) return 0
  return scan.mask(found.start + scheme.length, found.end)
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
