import { addressKey } from '../http/index.ts'
import { hashToken } from './tokens.ts'

/** What "the same address" means: trimmed, NFKC (full-width letters), lower case. */
export function emailKeyOf(email: string): string {
  return email.normalize('NFKC').trim().toLowerCase()
}

/** Where failures of one account are counted; the same for accounts that do not exist. */
export function accountKey(email: string): string {
  return `account:${hashToken(emailKeyOf(email)).slice(0, 32)}`
}

/** Where failures from one network address are counted; IPv6 by /64, which is one customer. */
export function addressAttemptKey(ip: string): string {
  return `address:${addressKey(ip)}`
}
