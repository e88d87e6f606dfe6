import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import { isRequest, type Message, type Request } from './json-rpc.ts'
import { createPool, type Holder } from './pool.ts'
import { createUpstreams } from './upstream.ts'

type Line = Transport & { say(message: object): void; heard: Message[] }

/** A server on one line, like a container's standard input and output. */
function lineTo(answer: (request: Request, line: Line) => void): Line {
  const line: Line = {
    heard: [],
    start: async () => undefined,
    close: async () => line.onclose?.(),
    say: (message) => line.onmessage?.({ jsonrpc: '2.0', ...message } as JSONRPCMessage),
    async send(sent) {
      const message = sent as Message
      line.heard.push(message)
      if (!isRequest(message)) return
      await turn()
      if (message.method !== 'initialize') return answer(message, line)
      const result = {
        protocolVersion: '2025-11-25',
        capabilities: {},
        serverInfo: { name: 'line', version: '1' },
      }
      line.say({ id: message.id, result })
    },
  }
  return line
}

function poolOver(open: () => Promise<{ transport: Transport; separate: boolean }>) {
  return createPool({
    upstreams: createUpstreams({ line: { open, list: async () => [] } }),
    clock: Date.now,
    version: '1',
    connectTimeoutMs: 100,
    maxConcurrent: 8,
    onOpen: async () => undefined,
    onNotification: () => undefined,
  })
}

const holder = (id: string): Holder => ({
  id,
  capabilities: { elicitation: {} },
  logLevel: undefined,
  listens: () => false,
  hear: () => undefined,
  ask: () => Promise.reject(new Error('Asked outside a call.')),
})
const call = { timeoutMs: 100 }

describe('pool of connections', () => {
  it('replaces a connection that fell silent without breaking', async () => {
    let opened = 0
    const pool = poolOver(async () => {
      opened += 1
      const silent = opened === 1
      const transport = lineTo((request, line) => {
        if (!silent) line.say({ id: request.id, result: { from: opened } })
      })
      return { transport, separate: true }
    })
    await assert.rejects(pool.call('line:a', undefined, 'x', {}, call), /No answer/)
    // The first call after the probe has given up gets a new connection.
    const deadline = performance.now() + 5000
    while (pool.state('line:a').connected && performance.now() < deadline) await turn()
    assert.deepEqual(await pool.call('line:a', undefined, 'x', {}, call), { from: 2 })
    await pool.close()
  })

  it('gives up on a way to a server that hangs', async () => {
    const pool = poolOver(() => new Promise(() => undefined))
    await assert.rejects(pool.call('line:a', undefined, 'x', {}, call), /not reachable/)
    await pool.close()
  })

  it('lets all share a line, and passes a question to the only one whose call runs', async () => {
    const running: Request[] = []
    const line = lineTo((request) => running.push(request))
    let opened = 0
    const pool = poolOver(async () => {
      opened += 1
      return { transport: line, separate: false }
    })
    const asked: string[] = []
    const start = (name: string) =>
      pool.call(
        'line:a',
        holder(name),
        'work',
        {},
        {
          timeoutMs: 5000,
          hooks: {
            owner: { name },
            notify: () => undefined,
            ask: async () => {
              asked.push(name)
              return { action: 'accept' }
            },
          },
        },
      )
    const until = async (condition: () => boolean) => {
      while (!condition()) await turn()
    }
    const first = start('first')
    await until(() => running.length === 1)
    line.say({ id: 'q1', method: 'elicitation/create', params: {} })
    await until(() => line.heard.some((message) => 'id' in message && message.id === 'q1'))
    assert.deepEqual(asked, ['first'])
    const second = start('second')
    await until(() => running.length === 2)
    line.say({ id: 'q2', method: 'elicitation/create', params: {} })
    await until(() => line.heard.some((message) => 'id' in message && message.id === 'q2'))
    const refusal = line.heard.find((message) => 'id' in message && message.id === 'q2')
    assert.ok(refusal !== undefined && 'error' in refusal)
    assert.deepEqual(asked, ['first'])
    for (const { id } of running) line.say({ id, result: {} })
    await Promise.all([first, second])
    assert.ok(opened <= 2)
    await pool.close()
  })
})
