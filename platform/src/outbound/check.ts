import { OUTBOUND_ERRORS, type OutboundCode } from './error-table.ts'
import { judgeHost } from './host.ts'
import { isOpenPort } from './port.ts'
import { judgeSpelling } from './spelling.ts'

/** What a check says of one URL. `url` is the text as given. */
export type Verdict = {
  url: string
  verdict: 'allow' | 'refuse'
  /** `OUTBOUND_OK`, or the code of the rule that refuses it. */
  reason: 'OUTBOUND_OK' | OutboundCode
  /** How to mend it; absent when allowed. */
  detail?: { en: string; ja: string }
}

const MAX_LENGTH = 16_384

/**
 * Judges a URL as one a user gave, by its text alone: nothing is resolved, nothing dialled. What a
 * name resolves to is judged again when it is dialled.
 *
 * @example
 * checkUrl('http://0x7f.1/').reason // 'OUTBOUND_LOOPBACK'
 */
export function checkUrl(url: string): Verdict {
  const code = judgeUrl(url)
  if (code === undefined) return { url, verdict: 'allow', reason: 'OUTBOUND_OK' }
  return { url, verdict: 'refuse', reason: code, detail: OUTBOUND_ERRORS[code].detail }
}

/** The code of the rule that refuses the URL for a user, or `undefined`. */
export function judgeUrl(raw: string): OutboundCode | undefined {
  if (raw.length > MAX_LENGTH) return 'OUTBOUND_URL_TOO_LONG'
  const url = URL.parse(raw)
  const scheme = judgeScheme(raw, url)
  if (scheme !== undefined || url === null) return scheme
  if (url.username !== '' || url.password !== '') return 'OUTBOUND_CREDENTIALS'
  return (
    judgeHost(url.hostname) ??
    (isOpenPort(portOf(url)) ? undefined : 'OUTBOUND_PORT') ??
    judgeSpelling(raw, url.hostname)
  )
}

function judgeScheme(raw: string, url: URL | null): OutboundCode | undefined {
  if (url === null) {
    const scheme = /^\s*([a-z][a-z0-9+.-]*):/i.exec(raw)?.[1]?.toLowerCase()
    return scheme && scheme !== 'http' && scheme !== 'https'
      ? 'OUTBOUND_SCHEME'
      : 'OUTBOUND_URL_INVALID'
  }
  return url.protocol === 'http:' || url.protocol === 'https:' ? undefined : 'OUTBOUND_SCHEME'
}

/** The port a URL leads to, its scheme's own where none is written. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port)
  return url.protocol === 'https:' ? 443 : 80
}
