import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { testServer } from './testing.ts'

test('a test server does not wait for connections that were never used', async () => {
  const server = await testServer({ apps: [] })
  const socket = connect(Number(new URL(await server.listen()).port), '127.0.0.1')
  await once(socket, 'connect')
  await server.inject({ url: '/healthz' }) // a turn in which the server hears of it
  const startedAt = performance.now()
  await server[Symbol.asyncDispose]()
  assert.ok(performance.now() - startedAt < 10_000)
  assert.ok(socket.destroyed || (await once(socket, 'close')))
})
