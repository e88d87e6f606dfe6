import assert from 'node:assert/strict'
import { request } from 'node:http'
import { createConnection, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { fetch as undiciFetch } from 'undici'
import { createOutbound } from './index.ts'
import { serve } from './test-data/local-server.ts'
import { traceSockets } from './testing.ts'

describe('traceSockets', () => {
  it('tells what outbound opened from what went past it', async () => {
    await using server = await serve((_request, response) => response.end('ok'))
    await using outbound = createOutbound()
    using trace = traceSockets()
    await (await outbound.fetch(server.origin, { trust: 'config' })).text()
    await (
      await outbound.agent('config').request({ origin: server.origin, path: '/', method: 'GET' })
    ).body.text()
    assert.deepEqual(trace.strays(), [])
    assert.ok(trace.connections().some(({ own, port }) => own && port === server.port))

    await (await fetch(server.origin)).text()
    await (await undiciFetch(server.origin)).text()
    await new Promise<void>((resolve, reject) => {
      request(server.origin, (response) => text(response).then(() => resolve(), reject)).end()
    })
    const socket = createConnection(server.port, '127.0.0.1')
    await new Promise((resolve) => socket.once('connect', resolve))
    socket.destroy()
    const strays = trace.strays()
    assert.equal(strays.length, 4)
    for (const stray of strays) {
      assert.equal(stray.host, '127.0.0.1')
      assert.equal(stray.port, server.port)
      assert.match(stray.stack, /at /)
    }
  })

  it('lets through what the test allows, and names Unix sockets by path', async () => {
    await using server = await serve((_request, response) => response.end('ok'))
    using trace = traceSockets({ allow: ({ port }) => port === server.port })
    await (await fetch(server.origin)).text()
    assert.deepEqual(trace.strays(), [])
    const socket = createConnection('/nowhere/docker.sock')
    await new Promise((resolve) => socket.once('error', resolve))
    assert.deepEqual(
      trace.strays().map(({ path }) => path),
      ['/nowhere/docker.sock'],
    )
  })

  it('leaves no trace behind', () => {
    const before = Socket.prototype.connect
    const trace = traceSockets()
    assert.notEqual(Socket.prototype.connect, before)
    trace.stop()
    assert.equal(Socket.prototype.connect, before)
  })
})
