import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { skipWithout } from './peers.ts'
import { startPostgres } from './postgres.ts'
import { startSystem } from './system.ts'

type Attribute = { key: string; value: { stringValue?: string } }
type Span = {
  name: string
  traceId: string
  parentSpanId?: string
  spanId: string
  attributes: Attribute[]
}
type Batch = {
  resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: Span[] }[] }[]
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'

/** A collector that keeps what it is sent. */
async function startCollector() {
  const batches: Batch[] = []
  const keys: (string | undefined)[] = []
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      keys.push(String(request.headers['x-key']))
      batches.push(JSON.parse(Buffer.concat(pieces).toString('utf8')))
      response.setHeader('content-type', 'application/json').end('{}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const resources = () => batches.flatMap(({ resourceSpans }) => resourceSpans)
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys,
    resources,
    spans: () => resources().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

test('a traced request is one trace from its caller to the database, without a secret', {
  skip: skipWithout('postgres'),
}, async () => {
  await using postgres = await startPostgres()
  await using collector = await startCollector()
  await using system = await startSystem({
    env: {
      DATABASE_URL: postgres.url,
      TRACING_ENABLED: 'true',
      TRACING_SAMPLE_RATE: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=abc%3D1',
    },
  })
  const ask = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${system.url}${path}`, { headers })
  await ask('/health/ready', { traceparent: `00-${TRACE}-${PARENT}-01` })
  await ask('/api/shell')
  const answer = await ask('/setup?token=not-for-collectors', {
    traceparent: `00-${TRACE}-${PARENT}-01`,
  })
  await answer.text()
  const signIn = await fetch(`${system.url}/api/auth/sign-in`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      origin: system.url,
      'sec-fetch-site': 'same-origin',
      traceparent: `00-${TRACE}-${PARENT}-01`,
    },
    body: JSON.stringify({ email: 'nobody@example.com', password: 'not-for-collectors' }),
  })
  assert.equal(signIn.status, 401)
  assert.equal(await system.stop(), 0)
  const spans = collector.spans()
  assert.deepEqual(
    [...new Set(spans.map(({ traceId }) => traceId))],
    [TRACE],
    'only what was asked',
  )
  const requests = spans.filter(({ parentSpanId }) => parentSpanId === PARENT)
  assert.equal(requests.length, 2, 'one span a request, and none for a probe')
  const queries = spans.filter(({ name }) => name.startsWith('pg'))
  assert.ok(queries.length > 2, spans.map(({ name }) => name).join())
  assert.ok(
    queries.some(({ parentSpanId }) => requests.some(({ spanId }) => spanId === parentSpanId)),
  )
  assert.doesNotMatch(JSON.stringify(spans), /not-for-collectors|nobody@example/)
  assert.deepEqual([...new Set(collector.keys)], ['abc=1'])
  const [resource] = collector.resources()
  assert.match(JSON.stringify(resource?.resource), /"service.name".*"minato"/)
  assert.match(system.output(), new RegExp(`"traceId":"${TRACE}"`))
})
