import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get } from 'node:http'
import { test } from 'node:test'
import {
  type EventStream,
  endAllStreams,
  openEventStream,
  openStreamCount,
} from './event-stream.ts'
import { httpServer } from './test/harness.ts'

/** A server with one stream route; each opened stream is handed over. */
async function streaming() {
  const opened: EventStream[] = []
  const server = await httpServer({
    routes(made) {
      const config = { permission: 'public', rate: 'none' } as const
      made.get('/events', { config }, (request, reply) => {
        opened.push(openEventStream(request, reply))
      })
    },
  })
  return { server, opened }
}

test('events arrive as they are sent, with ids, in order', async () => {
  const { server, opened } = await streaming()
  await using _ = server
  const answer = await fetch(`${server.url}/events`)
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  assert.equal(answer.headers.get('x-accel-buffering'), 'no')
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  const [stream] = opened
  assert.ok(stream && reader)
  stream.send({ id: '1', event: 'delta', data: { text: '港\n二行目' } })
  assert.equal((await reader.read()).value, 'id: 1\nevent: delta\ndata: {"text":"港\\n二行目"}\n\n')
  stream.send({ event: 'done', data: '{"already":"json"}' })
  assert.equal((await reader.read()).value, 'event: done\ndata: {"already":"json"}\n\n')
  stream.end()
  assert.equal((await reader.read()).done, true)
  assert.equal(stream.send({ event: 'late', data: {} }), false)
})

test('a client that hangs up is noticed, and the stream is forgotten', async () => {
  const { server, opened } = await streaming()
  await using _ = server
  const before = openStreamCount()
  const asked = get(`${server.url}/events`)
  await once(asked, 'response')
  assert.equal(openStreamCount(), before + 1)
  const [stream] = opened
  assert.ok(stream)
  const gone = once(stream.signal, 'abort')
  asked.destroy()
  await gone
  assert.equal(openStreamCount(), before)
})

test('at the deadline of a drain every stream is told and ended', async () => {
  const { server, opened } = await streaming()
  await using _ = server
  const answers = await Promise.all([fetch(`${server.url}/events`), fetch(`${server.url}/events`)])
  endAllStreams()
  assert.ok(opened.every((stream) => stream.signal.aborted))
  for (const answer of answers) assert.equal(await answer.text(), '')
})
