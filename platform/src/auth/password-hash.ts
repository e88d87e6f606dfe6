import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { authErrors } from './errors.ts'

/** scrypt's parameters; `ln` is the logarithm of N. */
export type PasswordCost = { ln: number; r: number; p: number }

/**
 * scrypt N=2^14, r=8, p=5: OWASP's set for 16 MiB a hash. More memory a hash would let a burst of
 * sign-ins push a process over its limit.
 */
export const PASSWORD_COST: PasswordCost = { ln: 14, r: 8, p: 5 }
const KEY_BYTES = 32
const SALT_BYTES = 16
const SHAPE = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w-]{22})\$([\w-]{43})$/

/** libuv has four threads; two for hashing leave room for files and DNS. */
const PARALLEL = 2
const QUEUE = 64
let running = 0
const waiting: (() => void)[] = []

/** A salted hash in PHC form: `$scrypt$ln=14,r=8,p=5$salt$hash`. */
export async function hashPassword(
  password: string,
  cost: PasswordCost = PASSWORD_COST,
): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const key = await derive(password, salt, cost)
  return encode(cost, salt.toString('base64url'), key.toString('base64url'))
}

function encode({ ln, r, p }: PasswordCost, salt: string, key: string): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$${salt}$${key}`
}

/** A well-formed hash that nobody's password fits. */
function nobody(cost: PasswordCost): string {
  return encode(cost, 'A'.repeat(22), 'A'.repeat(43))
}

/**
 * Checks a password. Without a stored hash (no such user) it does the same work and says no, so that
 * the time taken tells nothing (CWE-208).
 */
export async function verifyPassword(
  password: string,
  stored: string | undefined,
  cost: PasswordCost = PASSWORD_COST,
): Promise<{ valid: boolean; outdated: boolean }> {
  const match = SHAPE.exec(stored ?? nobody(cost))
  if (match === null) throw new Error('A stored password hash has an unknown form.')
  const params = { ln: Number(match[1]), r: Number(match[2]), p: Number(match[3]) }
  const key = await derive(password, Buffer.from(match[4] ?? '', 'base64url'), params)
  const equal = timingSafeEqual(key, Buffer.from(match[5] ?? '', 'base64url'))
  const outdated = params.ln !== cost.ln || params.r !== cost.r || params.p !== cost.p
  return { valid: equal && stored !== undefined, outdated }
}

async function derive(password: string, salt: Buffer, { ln, r, p }: PasswordCost): Promise<Buffer> {
  await enter()
  try {
    return await new Promise((resolve, reject) => {
      // NFKC: the same characters typed on another keyboard are the same password (RFC 8265).
      const text = password.normalize('NFKC')
      const options = { N: 2 ** ln, r, p, maxmem: 256 * 2 ** ln * r }
      scrypt(text, salt, KEY_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)))
    })
  } finally {
    leave()
  }
}

async function enter(): Promise<void> {
  if (running < PARALLEL) {
    running += 1
    return
  }
  if (waiting.length >= QUEUE) throw authErrors.AUTH_BUSY()
  await new Promise<void>((resolve) => waiting.push(resolve))
}

function leave(): void {
  const next = waiting.shift()
  // The slot passes straight on to the next in line.
  if (next === undefined) running -= 1
  else next()
}
