import type { Scan } from './scan-state.ts'
import { isNothing, isPlaceholder } from './value-shape.ts'

/** How far back the command's name may stand. */
const REACH = 400
const TAKES_PASSWORD =
  /(?:^|[\s&"'(/])(?:mysql\w*|mariadb\w*|sshpass|mongo\w*|docker|podman|helm|nerdctl|az|oc|cf|7za?|unrar|kinit|vncpasswd|influx|clickhouse-client|cqlsh|twine|ipmitool|htpasswd|smbclient|sqlcmd|bcp|isql|login|adduser|useradd)\b/i
const NAMES_USER = /[ \t](?:-u|-U|--user(?:name)?|-l|--login)(?:[ \t=]|[\w.@-])/

/** What stands before on the same command: back to the last `|`, `;` or line end. */
function commandBefore(text: string, at: number): string {
  const before = text.slice(Math.max(0, at - REACH), at)
  const cut = Math.max(before.lastIndexOf('|'), before.lastIndexOf(';'), before.lastIndexOf('\n'))
  return before.slice(cut + 1)
}

const VALUE = /[ \t=]{0,2}(?:(\\{0,15}["'])((?:(?!\1)[^\n]){1,200}?)\1|([^\s"'\\;|&<>]{2,200}))/y

/** ` -p secret`, ` -psecret`: a password when the command is one that takes it so, or when a user's name stands before. */
export function readShortPassword(scan: Scan, start: number, end: number): number {
  const { text } = scan
  const before = commandBefore(text, start)
  const named = TAKES_PASSWORD.test(before)
  if (!named && !NAMES_USER.test(before)) return 0
  VALUE.lastIndex = end
  const found = VALUE.exec(text)
  if (found === null) return 0
  const quoted = found[2]
  const value = quoted ?? found[3] ?? ''
  // Ports, ranges, flags and paths are what -p means elsewhere; `-pv`, `-project` are other flags.
  if (/^(?:\d{1,5}(?::\d{1,5})?(?:\/\w+)?|-.*|\/.*|\.{1,2}\/.*|[a-z]{1,3})$/.test(value)) return 0
  if (!named && /^[ \t=]/.test(text.slice(end, end + 1)) === false) return 0
  if (/\bdocker\b|\bpodman\b/.test(before) && !/\blogin\b/.test(before)) return 0
  if (isPlaceholder(value) || isNothing(value)) return 0
  const to = VALUE.lastIndex - (quoted === undefined ? 0 : (found[1] ?? '').length)
  return scan.mask(to - value.length, to)
}

const PASSWORD_BY_LETTER: Record<string, RegExp> = {
  a: /\bredis-cli\b/,
  w: /\bldap\w*\b|\bpsql\b/,
}

/** ` -a secret` of redis-cli, ` -w secret` of the LDAP tools. */
export function readLetterPassword(scan: Scan, start: number, end: number): number {
  const command = PASSWORD_BY_LETTER[scan.text.charAt(end - 2).toLowerCase()]
  if (command === undefined || !command.test(commandBefore(scan.text, start))) return 0
  VALUE.lastIndex = end
  const found = VALUE.exec(scan.text)
  const value = found?.[2] ?? found?.[3] ?? ''
  if (value === '' || isPlaceholder(value) || value.startsWith('-')) return 0
  const to = VALUE.lastIndex - (found?.[2] === undefined ? 0 : (found[1] ?? '').length)
  return scan.mask(to - value.length, to)
}

const PAIR =
  /(?:[ \t]|=){0,5}(?:\\{0,15}"([^":\s]{0,80}):([^"\n\\]{1,200})\\{0,15}"|'([^':\s]{0,80}):([^'\n]{1,200})'|((?:\\{0,15}"[^"\n]{1,80}?\\{0,15}"|'[^'\n]{1,80}'|[^\s:"'\\]{0,80})):((?:\\{0,15}"[^"\n]{1,200}?\\{0,15}"|'[^'\n]{1,200}'|[^\s"'\\|;<>]{1,200})))/y
const SAMPLE_PASSWORD = /^(?:change(?:it|me)|pass(?:word)?|pwd|test|token|yyy+)$/i

/** `curl -u name:password`. An empty password is one too: then the name is the key. */
export function readUserPair(scan: Scan, start: number, end: number): number {
  const { text } = scan
  const before = text.slice(Math.max(0, start - REACH), start)
  if (!/\b(?:curl|https?|wget|ab|siege|xh|hey|lftp|svn|mvn|smbclient|snmp\w*)\b/i.test(before))
    return 0
  PAIR.lastIndex = end
  const found = PAIR.exec(text)
  if (found === null) return maskLoneKey(scan, end)
  const user = found[1] ?? found[3] ?? found[5] ?? ''
  const password = found[2] ?? found[4] ?? found[6] ?? ''
  const plain = password.replace(/^\\*["']|\\*["']$/g, '')
  if (isPlaceholder(plain) || isNothing(plain) || SAMPLE_PASSWORD.test(plain)) return 0
  if (/^(?:\d+|\/\/.*)$/.test(password) && /^\d*$|^https?$/.test(user)) return 0
  const quote =
    found[6] === undefined ? (/\\*["']$/.exec(text.slice(end, PAIR.lastIndex))?.[0].length ?? 0) : 0
  const to = PAIR.lastIndex - quote
  return scan.mask(to - password.length, to)
}

const LONE = /(?:[ \t]|=){0,5}\\{0,15}["']([^":\s$<>{}\\]{6,200}):\\{0,15}["']/y

/** `-u "key:"`: services that take their key as the name. */
function maskLoneKey(scan: Scan, end: number): number {
  LONE.lastIndex = end
  const found = LONE.exec(scan.text)
  const key = found?.[1]
  if (key === undefined || !/\d/.test(key)) return 0
  const from = scan.text.indexOf(key, end)
  return scan.mask(from, from + key.length)
}
