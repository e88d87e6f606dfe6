import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { createOutbound, type Outbound } from '@minato/platform/outbound'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { startFixtureServer } from '../../test/conformance-server/start.ts'
import { openConnection } from './connection.ts'
import { createHttpTransport } from './http-transport.ts'

describe('http transport', () => {
  let outbound: Outbound
  before(() => {
    outbound = createOutbound()
  })
  after(() => outbound.close())
  const transportTo = (url: string) =>
    createHttpTransport({ url, dispatcher: outbound.agent('config'), maxMessageBytes: 10_000 })
  const connect = (url: string) =>
    openConnection(transportTo(url), {
      capabilities: {},
      version: '1',
      timeoutMs: 2000,
      onNotification: () => undefined,
      onRequest: () => Promise.reject(new Error('Nobody is asked here.')),
      onClose: () => undefined,
    })

  it("carries the SDK's own client, questions to it included", async () => {
    await using fixture = await startFixtureServer()
    const client = new Client({ name: 'x', version: '1' }, { capabilities: { sampling: {} } })
    await client.connect(transportTo(fixture.url))
    const { tools } = await client.listTools()
    assert.ok(tools.length > 5)
    let progress = 0
    const onprogress = () => {
      progress += 1
    }
    await client.callTool({ name: 'test_tool_with_progress' }, undefined, { onprogress })
    assert.equal(progress, 3)
    await client.close()
  })

  /** Answers the handshake; after it, each request as `answer` says. */
  async function startRaw(
    answer: (id: unknown, attempt: number) => { head: object; body: string },
  ) {
    let attempts = 0
    const server = createServer((request, response) => {
      let text = ''
      request.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8')
      })
      request.on('end', () => {
        const message = text === '' ? {} : (JSON.parse(text) as { id?: unknown; method?: string })
        const json = { 'content-type': 'application/json', 'mcp-session-id': 's' }
        if (message.method === 'initialize') {
          const result = {
            protocolVersion: '2025-11-25',
            capabilities: {},
            serverInfo: { name: 'raw', version: '1' },
          }
          response
            .writeHead(200, json)
            .end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }))
          return
        }
        const resumed = request.headers['last-event-id'] !== undefined
        if (request.method === 'POST' && message.id === undefined) response.writeHead(202).end()
        else if (request.method === 'GET' && !resumed) response.writeHead(405).end()
        else if (request.method === 'DELETE') response.writeHead(204).end()
        else {
          attempts += 1
          const { head, body } = answer(message.id, attempts)
          response.writeHead(200, head as Record<string, string>).end(body)
        }
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
      async [Symbol.asyncDispose]() {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      },
    }
  }
  const events = { 'content-type': 'text/event-stream' }

  it('asks for the rest when a server ends a stream early on purpose', async () => {
    let asked: unknown
    await using raw = await startRaw((id, attempt) => {
      asked ??= id
      const body =
        attempt === 1
          ? 'id: e1\nretry: 10\ndata:\n\n'
          : `data: {"jsonrpc":"2.0","id":${JSON.stringify(asked)},"result":{"late":true}}\n\n`
      return { head: events, body }
    })
    const connection = await connect(raw.url)
    assert.deepEqual(await connection.request('x', {}, { timeoutMs: 2000 }), { late: true })
    await connection.close()
  })

  it('gives up on answers that never come, are no MCP, or never end', async () => {
    const bodies = ['data: {"jsonrpc":"2.0"}\n\n', '', `data: ${'x'.repeat(20_000)}`]
    for (const body of bodies) {
      await using raw = await startRaw(() => ({ head: events, body }))
      const connection = await connect(raw.url)
      await assert.rejects(connection.request('x', {}, { timeoutMs: 2000 }), /lost/)
      await connection.close()
    }
  })
})
