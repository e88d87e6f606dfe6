import { mailErrors } from './errors.ts'

export type Mailbox = { name: string; address: string }

/** RFC 5321 §4.5.3.1: 64 characters before the @, 254 in all. */
const ADDRESS =
  /^[^\s@<>(),;:\\"[\]\p{Cc}\p{Cf}]{1,64}@(?=.{1,189}$)[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?(?:\.[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?)*$/u

/**
 * One bare address, as it goes into an envelope. Quoted local parts, comments, lists and anything that could end a header
 * line (CWE-93) are refused.
 *
 * @throws MAIL_ADDRESS_REFUSED
 */
export function mailAddress(text: string): string {
  if (isMailAddress(text)) return text
  throw mailErrors.MAIL_ADDRESS_REFUSED()
}

export function isMailAddress(text: string): boolean {
  return text.isWellFormed() && ADDRESS.test(text)
}

/** `Name <address>` or a bare address; undefined when it is neither. */
export function parseMailbox(text: string): Mailbox | undefined {
  if (/[\p{Cc}\u2028\u2029]/u.test(text)) return undefined
  const match = /^([^<>]*)<([^<>]+)>$/.exec(text.trim())
  const address = (match?.[2] ?? text).trim()
  const name = (match?.[1] ?? '').trim().replace(/^"(.*)"$/, '$1')
  return isMailAddress(address) ? { name, address } : undefined
}

/** What "the same address" means for suppression and allow lists. */
export function addressKey(address: string): string {
  return address.normalize('NFKC').trim().toLowerCase()
}

/** True when `allowTo` is empty or names the address or its `@domain`. */
export function isListed(address: string, allowTo: readonly string[]): boolean {
  if (allowTo.length === 0) return true
  const key = addressKey(address)
  return allowTo.some((entry) => {
    const listed = addressKey(entry)
    return listed.startsWith('@') ? key.endsWith(listed) : key === listed
  })
}

/**
 * One line of a header.
 * @throws MAIL_HEADER_REFUSED when it holds a line break or another control character
 */
export function headerLine(text: string): string {
  if (!/[\p{Cc}\u2028\u2029]/u.test(text)) return text
  throw mailErrors.MAIL_HEADER_REFUSED()
}
