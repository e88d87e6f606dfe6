import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { defineApp } from '../app/index.ts'
import { testServer } from '../app/testing.ts'
import { createLogger } from '../log/index.ts'
import { readTraceparent } from './trace-context.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'

test('a traceparent is read as the standard says', () => {
  assert.deepEqual(readTraceparent(`00-${TRACE}-${PARENT}-01`), { traceId: TRACE, sampled: true })
  assert.deepEqual(readTraceparent(`00-${TRACE}-${PARENT}-00`), { traceId: TRACE, sampled: false })
  assert.deepEqual(readTraceparent(`01-${TRACE}-${PARENT}-03-later`)?.sampled, true)
  const wrong = [
    undefined,
    '',
    `ff-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01-more`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE}-${PARENT}`,
    `00-${TRACE}\n-${PARENT}-01`,
  ]
  for (const header of wrong) assert.equal(readTraceparent(header), undefined, header)
})

test("the caller's trace is in the log and goes on to configured hosts, and to nobody else", async (t) => {
  const seen: IncomingHttpHeaders[] = []
  const other = createServer((request, response) => {
    seen.push(request.headers)
    response.end('ok')
  }).listen(0, '127.0.0.1')
  t.after(() => other.close())
  await new Promise((listening) => other.once('listening', listening))
  const origin = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
  const lines: Record<string, unknown>[] = []
  const log = createLogger({ destination: { write: (line) => lines.push(JSON.parse(line)) } })
  const app = defineApp({
    name: 'caller',
    title: { en: 'Caller', ja: '呼び出し' },
    description: { en: 'Calls.', ja: '呼び出します。' },
    permissions: {},
    routes(server, { outbound, log }) {
      const config = { permission: 'public', rate: 'none' } as const
      server.get('/call', { config }, async () => {
        log.info('caller.calls')
        await (await outbound.fetch(`${origin}/config`, { trust: 'config' })).text()
        await outbound.fetch(`${origin}/user`, { trust: 'user' }).catch(() => undefined)
        return {}
      })
    },
  })
  await using server = await testServer({ apps: [app], log })
  await server.inject({
    url: '/api/caller/call',
    headers: { traceparent: `00-${TRACE}-${PARENT}-01` },
  })
  const untraced = await server.inject({ url: '/api/caller/call' })
  log.flush()
  const of = (event: string) => lines.filter((line) => line['event'] === event)
  assert.deepEqual(
    [of('caller.calls')[0]?.['traceId'], of('http.request')[0]?.['traceId']],
    [TRACE, TRACE],
  )
  assert.equal(of('caller.calls')[1]?.['traceId'], undefined)
  const [first, second] = seen.map((headers) => String(headers['traceparent']))
  assert.equal(seen.length, 2, 'the address of a user is refused before it is dialled')
  assert.match(first ?? '', new RegExp(`^00-${TRACE}-(?!${PARENT})[0-9a-f]{16}-01$`))
  const own = String(untraced.headers['x-request-id']).replaceAll('-', '')
  assert.match(second ?? '', new RegExp(`^00-${own}-[0-9a-f]{16}-00$`))
})
