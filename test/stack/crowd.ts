import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cookieOf, signIn } from '../http-client.ts'
import type { Stack } from './up.ts'

const PASSWORD = 'asanagi-no-minato-2026'
const PERSON = 'deckhand@test.example'
const MINATO = ['/usr/local/bin/node', '/minato/bin/main.ts']

export type StackUser = { id: string; cookie: string }

/** One person stands for many here: the limits for one are another test's matter. */
export const CROWD_SETTINGS = {
  RATE_READ: '1000000/1m',
  RATE_ACTION: '1000000/1m',
  RATE_ANONYMOUS: '1000000/1m',
  RATE_GENERATION: '1000000/1m',
  REALTIME_MAX_PER_USER: '1000',
}

/** For processes that start from now on. */
export function openForCrowd(stack: Stack): void {
  const path = join(stack.folder, 'minato.env')
  const lines = Object.entries(CROWD_SETTINGS).map(([name, value]) => `${name}=${value}\n`)
  writeFileSync(path, `${readFileSync(path, 'utf8').trimEnd()}\n${lines.join('')}`)
}

/** Makes the person whose API key the load carries. */
export async function personWithKey(stack: Stack, color: string): Promise<string> {
  const program = ['run', '--rm', '-T', '--no-deps', `worker-${color}`]
  stack.compose(
    [...program, 'user', 'create', '--email', PERSON, '--role', 'user', '--password-stdin'],
    { stdin: `${PASSWORD}\n` },
  )
  const { stdout } = stack.compose([...program, 'key', 'create', '--user', PERSON, '--json'])
  return (JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { key: string }).key
}

/** Made by the command line in the running container, as an operator would; signed in through nginx. */
export async function newUser(stack: Stack): Promise<StackUser> {
  const email = `reader-${crypto.randomUUID()}@quay.test`
  const args = ['user', 'create', '--email', email, '--role', 'user', '--password-stdin']
  const { stdout } = stack.exec('web-blue', [...MINATO, ...args], { stdin: `${PASSWORD}\n` })
  const answer = await signIn(stack.url, email, PASSWORD)
  assert.equal(answer.status, 200)
  assert.match(answer.headers.getSetCookie().join(), /Secure/, 'the cookie travels by HTTPS only')
  return { id: stdout.trim(), cookie: cookieOf(answer) }
}
