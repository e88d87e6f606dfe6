import assert from 'node:assert/strict'
import {
  ask,
  browserHeaders,
  call,
  cookieOf,
  newConversation,
  type Person,
} from '../http-client.ts'
import { multipart, readEvents } from '../sse.ts'
import type { RunningSystem } from '../system.ts'
import { fillConsole } from './console-data.ts'

/** Addresses of one real thing each for the `$…` of the routes. */
export type Examples = Record<string, string>

/** A system with something on every page, seen by an administrator. */
export async function fillSystem(
  system: RunningSystem,
): Promise<AsyncDisposable & { admin: Person; examples: Examples }> {
  const demo = await system.cli(['demo'])
  assert.equal(demo.code, 0, demo.stderr)
  const admin = await becomeAdministrator(system)
  const conversation = await talk(system.url, admin)
  await invite(system.url, admin)
  const audit = await system.cli(['audit', '--phase', 'boot'])
  assert.equal(audit.code, 1, audit.stderr)
  const first = async (path: string, field: string) => await firstOf(system.url, admin, path, field)
  const filled = await fillConsole(system, admin)
  return {
    admin,
    [Symbol.asyncDispose]: () => filled[Symbol.asyncDispose](),
    examples: {
      ...filled.examples,
      '/chatbot/$id': `/chatbot/${conversation}`,
      '/operations/users/$id': `/operations/users/${await first('/users', 'id')}`,
      '/operations/jobs/$id': `/operations/jobs/${await first('/jobs', 'id')}`,
      '/operations/llm/prompts/$name': `/operations/llm/prompts/${await first('/llm/prompts', 'name')}`,
      '/operations/readiness/$id': `/operations/readiness/${await first('/readiness', 'id')}`,
      '/operations/deploys/$id': `/operations/deploys/${await first('/deploys', 'id')}`,
      '/operations/backups/drills/$id': `/operations/backups/drills/${await first('/drills', 'id')}`,
      '/operations/errors/$fingerprint': `/operations/errors/${await first('/errors', 'fingerprint')}`,
    },
  }
}

async function becomeAdministrator({ url, setupUrl = '' }: RunningSystem): Promise<Person> {
  const person = { email: 'yamada@example.com', password: 'harbour lantern tide 42' }
  const token = new URL(setupUrl).hash.replace('#token=', '')
  const answer = await fetch(`${url}/api/auth/setup`, {
    method: 'POST',
    headers: { ...browserHeaders(url), 'content-type': 'application/json' },
    body: JSON.stringify({ ...person, token, name: '山田 直子' }),
  })
  assert.equal(answer.status, 201, answer.ok ? '' : await answer.text())
  return { ...person, cookie: cookieOf(answer) }
}

const NOTES = '港湾倉庫の利用規則\n第1条 入庫の受付は平日の九時から十六時までとする。\n'

/** Every kind of answer: words with a file, table, code, mathematics, and one that failed. */
async function talk(url: string, admin: Person): Promise<string> {
  const id = await newConversation(url, admin)
  const path = `/api/chatbot/conversations/${id}/messages`
  const content = new Uint8Array(Buffer.from(NOTES))
  const file = { name: '倉庫利用規則.txt', type: 'text/plain', content }
  const body = multipart({ text: '入庫の受付は何時までですか' }, [file])
  await readEvents(await call(url, admin, path, { method: 'POST', body }))
  for (const question of ['表で比べてください', 'コードの例を見せて', '数式を見せて'])
    await readEvents(await ask(url, admin, id, question))
  await setScenario(url, admin, 'error-500')
  await readEvents(await ask(url, admin, id, 'これは失敗します'))
  await setScenario(url, admin, 'normal')
  return id
}

async function setScenario(url: string, admin: Person, scenario: string): Promise<void> {
  const path = '/api/operations/sandbox/scenarios/llm'
  const answer = await call(url, admin, path, { method: 'PUT', json: { scenario } })
  assert.equal(answer.status, 200, answer.ok ? '' : await answer.text())
}

async function invite(url: string, admin: Person): Promise<void> {
  const json = { email: 'guest@example.com', role: 'user', locale: 'ja' }
  const answer = await call(url, admin, '/api/auth/invitations', { method: 'POST', json })
  assert.equal(answer.status, 201, answer.ok ? '' : await answer.text())
}

/** The first of a list, or what names nothing: then the page's way of saying so is looked at. */
async function firstOf(url: string, admin: Person, path: string, field: string): Promise<string> {
  const answer = await call(url, admin, `/api/operations${path}`)
  assert.equal(answer.status, 200, answer.ok ? '' : await answer.text())
  const { items } = (await answer.json()) as { items: Record<string, string>[] }
  return items[0]?.[field] ?? 'unknown'
}
