import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { type TestServer, testServer } from '@minato/platform/app/testing'
import { multipart, readEvents } from '../../../test/sse.ts'

/** A model that answers at once and notes how many statements had been sent when it was asked. */
let model: Server
let server: TestServer
let base: string
let statements: string[] = []
let askedAfter: string[] = []

before(async () => {
  model = createServer((request, response) => {
    askedAfter = [...statements]
    request.resume()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const chunk = { choices: [{ index: 0, delta: { content: '桟橋' }, finish_reason: 'stop' }] }
    response.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`)
  })
  await new Promise<void>((done) => model.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(model.address() as AddressInfo).port}/v1`
  server = await testServer({ env: { LLM_URL: url, LLM_MODEL: 'sandbox-main' } })
  base = await server.listen()
  countStatements()
})
after(async () => {
  await server[Symbol.asyncDispose]()
  model.close()
})

type Connection = { executeQuery(query: { sql: string }, ...rest: unknown[]): Promise<unknown> }
type Consumer = (connection: Connection) => Promise<unknown>

/** Every statement on every connection, those of transactions and `begin` included. */
function countStatements(): void {
  const executor = server.services.db.getExecutor() as unknown as {
    provideConnection(consumer: Consumer, ...rest: unknown[]): Promise<unknown>
  }
  const provide = executor.provideConnection.bind(executor)
  const counted = new WeakSet<Connection>()
  executor.provideConnection = (consumer, ...rest) =>
    provide(
      (connection) => {
        if (!counted.has(connection)) {
          counted.add(connection)
          const execute = connection.executeQuery.bind(connection)
          connection.executeQuery = (query, ...more) => {
            statements.push(query.sql)
            return execute(query, ...more)
          }
        }
        return consumer(connection)
      },
      ...rest,
    )
}

/** The fewest of some attempts: the process also does other work, every few seconds. */
async function fewest(attempt: () => Promise<void>) {
  let best: { before: string[]; all: string[] } | undefined
  for (let turn = 0; turn < 5; turn += 1) {
    statements = []
    await attempt()
    if (best === undefined || statements.length < best.all.length)
      best = { before: askedAfter, all: statements }
  }
  assert.ok(best)
  return best
}

test('a question goes to the database twice before the model is asked, and twice after', async () => {
  const { headers } = await server.signIn()
  const url = '/api/chatbot/conversations'
  const made = await server.inject({ method: 'POST', url, headers, payload: {} })
  const { before: sent, all } = await fewest(async () => {
    const response = await fetch(`${base}${url}/${made.json().id}/messages`, {
      method: 'POST',
      headers,
      body: multipart({ text: '船はどこに着きますか' }),
    })
    assert.equal((await readEvents(response)).at(-1)?.event, 'done')
  })
  assert.deepEqual(
    sent.map((text) => /open_answer|hold_budget/.exec(text)?.[0] ?? text),
    ['open_answer', 'hold_budget'],
  )
  assert.ok(all.length <= 4, all.join('\n---\n'))
})

test('a call of /v1 goes to the database once before the model is asked, and once after', async () => {
  const { user } = await server.signIn()
  const key = await server.apiKey(user)
  const { before: sent, all } = await fewest(async () => {
    const response = await fetch(`${base}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'sandbox-main',
        messages: [{ role: 'user', content: '船はどこに着きますか' }],
        stream: true,
      }),
    })
    assert.match(await response.text(), /\[DONE\]/)
  })
  assert.deepEqual(
    sent.map((text) => /hold_budget/.exec(text)?.[0] ?? text),
    ['hold_budget'],
  )
  assert.ok(all.length <= 2, all.join('\n---\n'))
})
