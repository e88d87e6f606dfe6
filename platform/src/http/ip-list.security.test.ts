import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addAppRoutes } from './route-rules.ts'
import { codeOf, httpServer, openRoutes, type RouteServer } from './test/harness.ts'

const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })
/** The test's own connection stands for a proxy, so that any address can be tried. */
const behindProxy = { trustProxy: ['127.0.0.1'], routes: openRoutes }

test('only listed addresses and ranges are served: IPv4, IPv6, mapped', async () => {
  await using server = await httpServer({
    ...behindProxy,
    ipAllow: ['203.0.113.7', '198.51.100.0/24', '2001:db8:7::/48'],
  })
  const answers: Record<string, number> = {}
  for (const address of [
    '203.0.113.7',
    '198.51.100.255',
    '::ffff:198.51.100.3',
    '2001:db8:7:ffff::1',
    '2001:DB8:7::1',
    '203.0.113.8',
    '198.51.101.0',
    '::ffff:203.0.113.8',
    '2001:db8:8::1',
  ]) {
    answers[address] = (await fetch(`${server.url}/open`, from(address))).status
  }
  assert.deepEqual(answers, {
    '203.0.113.7': 200,
    '198.51.100.255': 200,
    '::ffff:198.51.100.3': 200,
    '2001:db8:7:ffff::1': 200,
    '2001:DB8:7::1': 200,
    '203.0.113.8': 403,
    '198.51.101.0': 403,
    '::ffff:203.0.113.8': 403,
    '2001:db8:8::1': 403,
  })
})

test('a denied range is refused though it is allowed, on pages and unknown addresses too', async () => {
  await using server = await httpServer({
    ...behindProxy,
    ipAllow: ['10.0.0.0/8'],
    ipDeny: ['10.66.0.0/16'],
  })
  assert.equal((await fetch(`${server.url}/open`, from('10.1.2.3'))).status, 200)
  const refused = await fetch(`${server.url}/open`, from('10.66.2.3'))
  assert.equal(refused.status, 403)
  assert.equal(await codeOf(refused), 'HTTP_ADDRESS_REFUSED')
  assert.equal((await fetch(`${server.url}/nowhere`, from('10.66.2.3'))).status, 403)
  assert.equal((await fetch(`${server.url}/nowhere`, from('10.1.2.3'))).status, 404)
})

test("an app's own lists hold for its routes alone", async () => {
  const routes = async (server: RouteServer) => {
    openRoutes(server)
    const config = { permission: 'public', rate: 'read' } as const
    await addAppRoutes(server, 'operations', async () => {
      await server.register(async (scope) => scope.get('/users', { config }, async () => ({})), {
        prefix: '/api/operations',
      })
    })
  }
  await using server = await httpServer({
    ...behindProxy,
    routes,
    ipAllowApps: [
      { app: 'operations', range: '10.0.0.0/8' },
      { app: 'operations', range: '2001:db8::/32' },
    ],
    ipDenyApps: [{ app: 'operations', range: '10.0.0.9' }],
  })
  const status = async (path: string, address: string) =>
    (await fetch(server.url + path, from(address))).status
  assert.equal(await status('/api/operations/users', '10.0.0.1'), 200)
  assert.equal(await status('/api/operations/users', '2001:db8::5'), 200)
  assert.equal(await status('/api/operations/users', '10.0.0.9'), 403)
  assert.equal(await status('/api/operations/users', '192.0.2.1'), 403)
  assert.equal(await status('/open', '192.0.2.1'), 200)
})

test('X-Forwarded-For is believed from the named proxies alone', async () => {
  const ipOf = async (url: string, forwarded: string) => {
    const answer = await fetch(`${url}/open`, from(forwarded))
    return ((await answer.json()) as { ip: string }).ip
  }
  await using trusting = await httpServer({ trustProxy: ['127.0.0.0/8'], routes: openRoutes })
  assert.equal(await ipOf(trusting.url, '203.0.113.7'), '203.0.113.7')
  // What the client wrote stands on the left; the proxy's own entry on the right is the truth.
  assert.equal(await ipOf(trusting.url, '10.0.0.1, 203.0.113.7'), '203.0.113.7')
  await using strange = await httpServer({ trustProxy: ['10.0.0.0/8'], routes: openRoutes })
  assert.equal(await ipOf(strange.url, '203.0.113.7'), '127.0.0.1')
  await using alone = await httpServer({ routes: openRoutes })
  assert.equal(await ipOf(alone.url, '203.0.113.7'), '127.0.0.1')
})

test('a spoofed address neither passes an allow list nor escapes a deny list', async () => {
  await using allowing = await httpServer({ ipAllow: ['203.0.113.7'], routes: openRoutes })
  assert.equal((await fetch(`${allowing.url}/open`, from('203.0.113.7'))).status, 403)
  await using denying = await httpServer({ ipDeny: ['127.0.0.1'], routes: openRoutes })
  assert.equal((await fetch(`${denying.url}/open`, from('203.0.113.7'))).status, 403)
})
