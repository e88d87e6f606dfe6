import { beginsHere } from './boundary.ts'
import type { Scan } from './scan-state.ts'

/** How base64 of private keys begins without the lines of PEM: PKCS #1, PKCS #8, SEC 1, Ed25519, OpenSSH. */
export const KEY_MATERIAL_STARTS = [
  'mii',
  'mighagea',
  'mhccaqee',
  'migkageb',
  'mc4caqaw',
  'b3blbnnzac1rzxktdje',
]
const MATERIAL =
  /(?:MII[A-Za-z0-9+/]{3}IBA[AD]|MIGHAgEAMBMG|MHcCAQEE|MIGkAgEB|MC4CAQAw|b3BlbnNzaC1rZXktdjE)(?:[A-Za-z0-9+/]|\\r|\\n|\\\/){40,}={0,2}/y

/** A private key in bare base64. */
export function maskKeyMaterial(scan: Scan, start: number): number {
  MATERIAL.lastIndex = start
  if (!MATERIAL.test(scan.text) || !beginsHere(scan.text, start)) return 0
  return scan.mask(start, MATERIAL.lastIndex)
}

const ENCODED = /LS0tLS1CRUdJTi[A-Za-z0-9+/\\n]{60,}={0,2}/y

/** A PEM block in base64 once more, as Kubernetes and environment variables carry it; certificates pass. */
export function maskEncodedPem(scan: Scan, start: number): number {
  ENCODED.lastIndex = start
  if (!ENCODED.test(scan.text)) return 0
  const head = Buffer.from(scan.text.slice(start, start + 80), 'base64').toString('latin1')
  return /PRIVATE KEY/.test(head) ? scan.mask(start, ENCODED.lastIndex) : 0
}

const REACH = 2000
const MEMBER = /\\*"(?:d|p|q|dp|dq|qi|k)\\*"[ \t]*:[ \t]*\\*"([\w-]{16,})/g

/** The private members of a JSON Web Key: what stands in the object around its `kty`. */
export function maskJwk(scan: Scan, start: number, end: number): number {
  if (scan.steps < 0) return 0
  scan.steps -= REACH
  const { text } = scan
  const floor = scan.back(start, REACH)
  const from = Math.max(floor, floor + text.slice(floor, start).lastIndexOf('{'))
  const after = text.slice(end, end + REACH)
  const close = after.indexOf('}')
  const object = text.slice(from, end + (close === -1 ? after.length : close))
  let resume = 0
  for (const found of object.matchAll(MEMBER)) {
    const value = found[1] ?? ''
    const at = from + found.index + found[0].length - value.length
    resume = scan.mask(at, at + value.length)
  }
  return resume === 0 ? 0 : Math.max(resume, end)
}

const ORACLE = /jdbc:oracle:\w{1,10}:[^\s/"'@\\]{1,64}\/([^\s"'@\\]{1,200})@/iy

/** `jdbc:oracle:thin:user/password@host`. */
export function maskOracle(scan: Scan, start: number): number {
  ORACLE.lastIndex = start
  const password = ORACLE.exec(scan.text)?.[1]
  if (password === undefined) return 0
  const end = ORACLE.lastIndex - 1
  return scan.mask(end - password.length, end)
}

const PAIR = /(?:^|[\s"'=`([,])[\w.-]{1,64}:([^\s"'\\]{1,128})$/

/** `user:password@tcp(host)` of Go's drivers. */
export function maskGoSource(scan: Scan, start: number): number {
  const from = scan.back(start, 200)
  const password = PAIR.exec(scan.text.slice(from, start))?.[1]
  if (password === undefined) return 0
  return scan.mask(start - password.length, start)
}

const BY = /identified[ \t]+by[ \t]+(?:password[ \t]+)?(\\*['"])([^'"\\\n]{1,200})\1/iy

/** `IDENTIFIED BY 'password'` of SQL. */
export function maskIdentifiedBy(scan: Scan, start: number): number {
  BY.lastIndex = start
  const found = BY.exec(scan.text)
  if (found === null) return 0
  const end = BY.lastIndex - (found[1] ?? '').length
  return scan.mask(end - (found[2] ?? '').length, end)
}
