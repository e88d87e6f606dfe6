import { setTimeout as delay } from 'node:timers/promises'
import { ask, browserHeaders, call, newConversation } from '../../../test/http-client.ts'
import { readEvents } from '../../../test/sse.ts'
import type { Stack } from '../../../test/stack/up.ts'

const QUESTION = 'Which quay takes the ferry, and at which tide? Say it at length.'
const SETTLED_MS = 90_000

export type Person = { cookie: string }
/** A question whose answer is being written. */
export type Asked = { person: Person; conversation: string; ended: Promise<unknown> }
export type AnswerEnd = 'whole' | 'cut, marked' | 'refused, said so' | 'lost'

export async function stillSignedIn(stack: Stack, people: readonly Person[]): Promise<number> {
  const answers = await Promise.all(
    people.map(({ cookie }) =>
      fetch(`${stack.url}/api/auth/session`, { headers: browserHeaders(stack.url, cookie) }),
    ),
  )
  return answers.filter(({ status }) => status === 200).length
}

export async function conversationsOf(stack: Stack, people: readonly Person[]): Promise<string[]> {
  return await Promise.all(people.map((person) => newConversation(stack.url, person)))
}

/** Asks; whatever comes of it is looked up afterwards. */
export function askNow(stack: Stack, person: Person, conversation: string): Asked {
  const ended = ask(stack.url, person, conversation, QUESTION)
    .then(async (answer) => (answer.ok ? await readEvents(answer) : answer.status))
    .catch((error: Error) => error)
  return { person, conversation, ended }
}

/** Asks in a conversation of its own. */
export async function askOneMore(stack: Stack, person: Person | undefined): Promise<Asked> {
  if (person === undefined) throw new Error('Nobody is there to ask.')
  return askNow(stack, person, await newConversation(stack.url, person))
}

/** What the conversation holds when all has settled. Refused questions were never taken. */
export async function endOf(
  stack: Stack,
  { person, conversation, ended }: Asked,
): Promise<AnswerEnd> {
  const told = await ended
  const until = performance.now() + SETTLED_MS
  for (;;) {
    const found = await call(stack.url, person, `/api/chatbot/conversations/${conversation}`)
    if (found.status !== 200) return 'lost'
    const { messages } = (await found.json()) as {
      messages: { role: string; state: string; content: string }[]
    }
    const question = messages.find(({ role }) => role === 'user')
    const answer = messages.find(({ role }) => role === 'assistant')
    if (question === undefined) return typeof told === 'number' ? 'refused, said so' : 'lost'
    if (question.content !== QUESTION) return 'lost'
    if (answer?.state === 'done') return 'whole'
    if (answer?.state === 'interrupted' || answer?.state === 'failed') return 'cut, marked'
    if (performance.now() > until) return 'lost'
    await delay(1000)
  }
}

/** What a person is told who sends a document of 4 MB with a question. */
export async function uploadOutcome(stack: Stack, person: Person | undefined): Promise<string> {
  if (person === undefined) throw new Error('Nobody is there to upload.')
  const conversation = await newConversation(stack.url, person)
  const body = new FormData()
  body.append('text', QUESTION)
  const document = new Blob(['quay seven, high tide\n'.repeat(200_000)], { type: 'text/plain' })
  body.append('files', document, 'tides.txt')
  const path = `/api/chatbot/conversations/${conversation}/messages`
  const answer = await call(stack.url, person, path, { method: 'POST', body })
  if (answer.ok) {
    await readEvents(answer)
    return 'taken and answered'
  }
  const { code } = (await answer.json()) as { code: string }
  return `${answer.status} ${code}`
}

/** How the sandbox model answers whoever asks from now on. */
export async function modelScenario(
  stack: Stack,
  scenario: string,
  options?: object,
): Promise<void> {
  const body = { scenario, ...(options === undefined ? {} : { options }) }
  await stack.sandbox('/sandbox/scenarios/llm', { method: 'PUT', body })
}
