import { createHmac } from 'node:crypto'
import { browserHeaders, cookieOf } from '../http-client.ts'
import type { Stack } from './up.ts'

/** A signed-in administrator of the stack. */
export type AdminSession = {
  email: string
  password: string
  cookie: string
  /** The next code of the authenticator. Each is accepted once. */
  code(): string
}

const PASSWORD = 'asanagi-no-minato-2026'
const EMAIL = 'master@quay.test'

/**
 * As a person would: takes the setup link from the log, makes the account, turns on two-factor,
 * without which an administrator may do nothing in production.
 */
export async function firstAdministrator(stack: Stack): Promise<AdminSession> {
  const token = await openToken(stack)
  const made = await post(stack, '/api/auth/setup', '', {
    ...{ token, email: EMAIL, name: 'Harbour Master', password: PASSWORD },
  })
  const started = await post(stack, '/api/auth/two-factor/enable', cookieOf(made), {
    password: PASSWORD,
  })
  const { secret } = (await started.json()) as { secret: string }
  let last = 0
  // A code counts once: the next call takes the next interval, which the server accepts already.
  const code = () => {
    last = Math.max(Math.floor(Date.now() / 30_000), last + 1)
    return totp(secret, last)
  }
  const confirmed = await post(stack, '/api/auth/two-factor/confirm', cookieOf(made), {
    code: code(),
  })
  return { email: EMAIL, password: PASSWORD, cookie: cookieOf(confirmed), code }
}

/** Every web process prints a link; the newest is the one that works. */
async function openToken(stack: Stack): Promise<string> {
  const { stdout } = stack.compose(['logs', '--no-color', 'web-blue'])
  for (const [, token] of stdout.matchAll(/\/setup#token=([\w-]+)/g)) {
    const answer = await fetch(`${stack.url}/api/auth/setup?token=${token}`)
    const { valid } = (await answer.json()) as { valid?: boolean }
    if (token !== undefined && valid === true) return token
  }
  throw new Error(`No setup link that works in the log:\n${stdout}`)
}

async function post(
  stack: Stack,
  path: string,
  cookie: string,
  body: Record<string, string>,
): Promise<Response> {
  const answer = await fetch(stack.url + path, {
    method: 'POST',
    headers: { ...browserHeaders(stack.url, cookie), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`)
  return answer
}

/** RFC 6238 as an authenticator computes it: SHA-1, six digits. */
function totp(secret: string, step: number): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0'))
  const bytes = (bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const digest = createHmac('sha1', Buffer.from(bytes)).update(counter).digest()
  const offset = (digest.at(-1) ?? 0) & 0x0f
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}
