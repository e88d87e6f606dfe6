import { type ReadEvent, readEvents } from './sse.ts'

export type Person = { email: string; password: string; cookie: string }

const PASSWORD = 'asanagi-no-minato-2026'

/** A browser as far as the server can tell: same-origin marks and a cookie jar of one. */
export function browserHeaders(url: string, cookie = ''): Record<string, string> {
  return {
    origin: new URL(url).origin,
    'sec-fetch-site': 'same-origin',
    ...(cookie === '' ? {} : { cookie }),
  }
}

export async function signIn(url: string, email: string, password = PASSWORD): Promise<Response> {
  return await fetch(`${url}/api/auth/sign-in`, {
    method: 'POST',
    headers: { ...browserHeaders(url), 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })
}

/** Makes a user by the command line and signs them in. */
export async function newPerson(
  system: {
    url: string
    cli(args: string[], stdin?: string): Promise<{ code: number | null; stderr: string }>
  },
  role: 'user' | 'operator' | 'admin' = 'user',
): Promise<Person> {
  const email = `${role}-${crypto.randomUUID()}@test.example`
  const made = await system.cli(
    ['user', 'create', '--email', email, '--role', role, '--password-stdin'],
    `${PASSWORD}\n`,
  )
  if (made.code !== 0) throw new Error(made.stderr)
  const answer = await signIn(system.url, email)
  if (answer.status !== 200) throw new Error(await answer.text())
  return { email, password: PASSWORD, cookie: cookieOf(answer) }
}

export function cookieOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ')
}

export async function call(
  url: string,
  person: { cookie: string },
  path: string,
  init: { method?: string; json?: unknown; body?: FormData; headers?: Record<string, string> } = {},
): Promise<Response> {
  const json = init.json === undefined ? {} : { 'content-type': 'application/json' }
  const body = init.json === undefined ? init.body : JSON.stringify(init.json)
  return await fetch(url + path, {
    method: init.method ?? 'GET',
    headers: { ...browserHeaders(url, person.cookie), ...json, ...init.headers },
    ...(body === undefined ? {} : { body }),
  })
}

export async function newConversation(url: string, person: { cookie: string }): Promise<string> {
  const created = await call(url, person, '/api/chatbot/conversations', {
    method: 'POST',
    json: {},
  })
  if (created.status !== 201) throw new Error(await created.text())
  const { id } = (await created.json()) as { id: string }
  return id
}

/** Sends a question; resolves when the answer begins. */
export async function ask(
  url: string,
  person: { cookie: string },
  conversation: string,
  text: string,
): Promise<Response> {
  const body = new FormData()
  body.append('text', text)
  const path = `/api/chatbot/conversations/${conversation}/messages`
  return await call(url, person, path, { method: 'POST', body })
}

export async function askToTheEnd(
  url: string,
  person: { cookie: string },
  conversation: string,
  text: string,
): Promise<ReadEvent[]> {
  return await readEvents(await ask(url, person, conversation, text))
}
