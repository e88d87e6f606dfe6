import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createStackParser, createTransport } from '@sentry/core'
import { nodeStackLineParser, ServerRuntimeClient } from '@sentry/core/server'
import { controlOf } from '../control/testing.ts'
import { type Sandbox, startSandbox } from '../index.ts'

type Seen = { events: { type: string; event: Record<string, unknown> }[] }
const eventsOf = async (sandbox: Sandbox) =>
  ((await (await controlOf(sandbox, 'GET', '/sentry/events')).json()) as Seen).events

test('the official client is understood; what the real service refuses is refused', async () => {
  await using sandbox = await startSandbox({ tokensPerSecond: 0 })
  const client = new ServerRuntimeClient({
    dsn: sandbox.sentryDsn,
    integrations: [],
    stackParser: createStackParser(nodeStackLineParser()),
    transport: (options) =>
      createTransport(options, async ({ body }) => {
        const answer = await fetch(options.url, { method: 'POST', body: body as string })
        return { statusCode: answer.status }
      }),
  })
  client.init()
  client.captureException(new TypeError('x is undefined'))
  assert.equal(await client.flush(2000), true)
  const [seen] = await eventsOf(sandbox)
  assert.equal(seen?.type, 'event')
  assert.match(JSON.stringify(seen?.event), /x is undefined/)

  const { username: key, origin } = new URL(sandbox.sentryDsn)
  const post = async (body: string, options: { key?: string; path?: string } = {}) => {
    const { path = '/sentry/api/1/envelope/' } = options
    const auth = `Sentry sentry_version=7, sentry_key=${options.key ?? key}`
    const headers = { 'x-sentry-auth': auth, 'content-type': 'application/x-sentry-envelope' }
    const answer = await fetch(`${origin}${path}`, { method: 'POST', headers, body })
    return `${answer.status} ${await answer.text()}`
  }
  const fine =
    '{"event_id":"9ec79c33ec9942ab8353589fcb2e04dc"}\n{"type":"event"}\n{"message":"x"}\n'
  assert.match(await post(fine), /^200 .*9ec79c33ec9942ab8353589fcb2e04dc/)
  assert.match(await post(fine, { key: '00000000000000000000000000000000' }), /^403/)
  assert.match(await post(fine, { path: '/sentry/api/2/envelope/' }), /^403/)
  assert.match(await post(fine, { path: '/sentry/api/one/envelope/' }), /^400/)
  assert.match(await post('no json\n'), /^400 .*invalid envelope header/)
  assert.match(await post('{}\n{"no":"type"}\n{}\n'), /^400 .*invalid item header/)
  assert.match(await post('{}\n{"type":"event","length":99}\n{}\n'), /^400 .*unexpected end/)
  assert.match(await post('{}\n{"type":"event","length":1}\n{}\n'), /^400 .*missing newline/)
  assert.match(await post('{"dsn":"https://other@sentry.io/1"}\n'), /^400 .*DSN/)
  assert.match(await post(`{}\n{"type":"event"}\n{"m":"${'x'.repeat(1_048_576)}"}\n`), /^413/)
  const bare = await fetch(`${origin}/sentry/api/1/envelope/`, { method: 'POST', body: fine })
  assert.equal(bare.status, 401)
  await controlOf(sandbox, 'PUT', '/scenarios/sentry', { scenario: 'rate-limit', count: 1 })
  assert.match(await post(fine), /^429/)
  assert.match(await post(fine), /^200/)
})
