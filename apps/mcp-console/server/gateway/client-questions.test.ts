import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Bus, News } from './bus.ts'
import { createClientQuestions } from './client-questions.ts'
import type { Message } from './json-rpc.ts'
import type { Session, Sessions } from './sessions.ts'

/** Two processes that hear one another. */
function twoProcesses() {
  const listeners: ((news: News) => void)[] = []
  const [a, b] = ['pa', 'pb'].map((id) => {
    const bus: Bus = {
      id,
      publish(news) {
        // As over Redis: a copy.
        for (const listener of listeners) listener(JSON.parse(JSON.stringify(news)) as News)
      },
      subscribe: (listener) => void listeners.push(listener),
      close: () => undefined,
    }
    return createClientQuestions({ bus, sessions: {} as Sessions })
  })
  assert.ok(a && b)
  return { a, b }
}

const session = (id: string, capabilities: object = { elicitation: {} }) =>
  ({ id, capabilities }) as Session
const question = { jsonrpc: '2.0' as const, id: 7, method: 'elicitation/create', params: {} }

describe('questions of servers to clients', () => {
  it('are answered though the answer comes to another process', async () => {
    const { a, b } = twoProcesses()
    const said: Message[] = []
    const answer = a.ask(session('s1'), question, (message) => said.push(message) > 0)
    const [asked] = said as { id: string }[]
    b.answered(session('s1'), { jsonrpc: '2.0', id: asked?.id ?? '', result: { action: 'accept' } })
    assert.deepEqual(await answer, { action: 'accept' })
  })

  it('take no answer from another session', async () => {
    const { a, b } = twoProcesses()
    const said: Message[] = []
    const answer = a.ask(session('s1'), question, (message) => said.push(message) > 0)
    const id = (said[0] as { id: string }).id
    b.answered(session('s2'), { jsonrpc: '2.0', id, result: { action: 'forged' } })
    b.answered(session('s1'), { jsonrpc: '2.0', id, error: { code: -1, message: 'declined' } })
    await assert.rejects(answer, /declined/)
  })

  it('are not put to a client that did not say it can be asked', () => {
    const { a } = twoProcesses()
    assert.throws(() => a.ask(session('s1', {}), question, () => true), /does not support/)
  })
})
