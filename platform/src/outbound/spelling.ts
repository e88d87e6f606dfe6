import type { OutboundCode } from './error-table.ts'
import { judgeHost } from './host.ts'

/**
 * What makes a URL suspect whatever WHATWG parsing makes of it: another parser (a proxy, a log
 * filter, a library below us) may read a different host from the same text. Orange Tsai, "A New Era
 * of SSRF" (2017).
 *
 * @param raw the URL as the person gave it
 * @param hostname what `new URL(raw).hostname` made of it
 */
export function judgeSpelling(raw: string, hostname: string): OutboundCode | undefined {
  // Parsers strip, keep or stop at control characters, each in its own way.
  if (hasControl(raw) || raw !== raw.trim()) return 'OUTBOUND_SPELLING'
  const match = /^https?:\/\/([^/?#\\]+)(.*)$/is.exec(raw)
  if (!match) return 'OUTBOUND_SPELLING'
  const [, authority = '', rest = ''] = match
  if (authority.includes('@')) return 'OUTBOUND_CREDENTIALS'
  if (/^[^?#]*\\/.test(rest)) return 'OUTBOUND_SPELLING'
  const host = authority.replace(/:\d*$/, '')
  if (/:0\d+$/.test(authority) || !isPlain(host, hostname)) return 'OUTBOUND_SPELLING'
  return judgeSecondReading(rest)
}

/** True if the host is written the one ordinary way. */
function isPlain(host: string, hostname: string): boolean {
  if (host.includes('%')) return false
  if (hostname.startsWith('[')) return /^\[[0-9a-f:]+\]$/i.test(host)
  // Decimal, octal, hex and short forms of IPv4 all end up different from what was written; a host
  // of nothing but native digits (๑๒๗.๐.๐.๑, 一二七.〇.〇.一) is an address to parsers that know them.
  if (/^[\d.]+$/.test(hostname)) return host === hostname
  if (/^[\p{N}一二三四五六七八九.]+$/u.test(host)) return false
  return ![...host].some(isDisguise)
}

/**
 * A character that a normaliser turns into ASCII (①, ｅ, ℡, ſ), a stand-in for dot or slash, or one
 * that is not seen at all. A real international name has none of them.
 */
function isDisguise(char: string): boolean {
  const code = char.codePointAt(0) ?? 0
  if (code < 0x80) return false
  if (/[\u3002\uff0e\uff61\u2024\ufe52\u2044\u2215\u2571\u29f6\u29f8]/u.test(char)) return true
  // ZWNJ and ZWJ (200C, 200D) are part of real names and of emoji.
  if (/[\u200c\u200d]/.test(char)) return false
  if (/\p{Cf}|\p{Zs}|\u034f|\u115f|\u1160|\u3164|\uffa0/u.test(char)) return true
  return [...char.normalize('NFKC')].every((part) => (part.codePointAt(0) ?? 0) < 0x80)
}

/** `http://public#@127.0.0.1/`: a parser that looks for "@" before "#" or "?" reads another host. */
function judgeSecondReading(rest: string): OutboundCode | undefined {
  if (!/^[?#]/.test(rest)) return undefined
  if (/^[?#]+[\\@]/.test(rest)) return 'OUTBOUND_SPELLING'
  const naive = /^[^/\\]*/.exec(rest)?.[0] ?? ''
  const at = naive.lastIndexOf('@')
  if (at < 0) return undefined
  const second = URL.parse(`http://${naive.slice(at + 1).replace(/[?#&].*$/s, '')}/`)
  const code = second ? judgeHost(second.hostname) : undefined
  // "?mail=a@b" is an ordinary query: only a second host that is surely inside counts.
  return code && code !== 'OUTBOUND_LOCAL_NAME' && code !== 'OUTBOUND_URL_INVALID'
    ? 'OUTBOUND_SPELLING'
    : undefined
}

function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return true
  }
  return false
}
