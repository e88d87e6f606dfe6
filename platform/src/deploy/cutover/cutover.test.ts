import assert from 'node:assert/strict'
import { createServer as createPlain, type RequestListener } from 'node:http'
import { createServer as createSecure } from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { selfSigned } from '../../cli/production/self-signed.ts'
import { startNameServer } from '../test/name-server.ts'
import { type CutoverOptions, checkCutover } from './cutover.ts'
import type { Line } from './line.ts'

const HOST = 'minato.harbour.test'
const CONFIG =
  'route:\n  receiver: people\nreceivers:\n- name: people\n  email_configs:\n  - to: a@b.test\n'

/** What the servers around answer; a test changes one thing. */
const world = {
  shell: { environment: 'production', sandboxes: [] as string[] },
  ready: 200,
  oldStatus: 503,
  targets: ['up', 'up'],
  rules: ['ok'],
  managers: ['http://alertmanager:9093/api/v2/alerts'],
  alertConfig: CONFIG,
}
const NORMAL = structuredClone(world)

const pages: RequestListener = (request, response) => {
  const json = (status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  const path = request.url ?? '/'
  const activeTargets = world.targets.map((health, index) => {
    return { health, labels: { job: 'web', instance: `web-${index}` } }
  })
  const groups = [{ rules: world.rules.map((health) => ({ type: 'alerting', health })) }]
  const activeAlertmanagers = world.managers.map((url) => ({ url }))
  const answers: Record<string, () => void> = {
    '/health/ready': () => json(world.ready, { status: 'ready' }),
    '/sign-in': () => response.writeHead(200).end('<div id="root"></div>'),
    '/api/shell': () => json(200, world.shell),
    '/orders': () => json(request.method === 'POST' ? world.oldStatus : 200, {}),
    '/api/v1/targets?state=active': () => json(200, { data: { activeTargets } }),
    '/api/v1/rules': () => json(200, { data: { groups } }),
    '/api/v1/alertmanagers': () => json(200, { data: { activeAlertmanagers } }),
    '/api/v2/status': () => json(200, { config: { original: world.alertConfig } }),
  }
  const answer = answers[path] ?? (() => json(404, {}))
  answer()
}

describe('the cut-over checklist', () => {
  const { certificate, key } = selfSigned(HOST, new Date())
  const secure = createSecure({ cert: certificate, key }, pages)
  const plain = createPlain(pages)
  let options: CutoverOptions
  let names: Awaited<ReturnType<typeof startNameServer>>
  const zone = { [HOST]: { ttl: 60, a: ['127.0.0.1'] } }
  const portOf = (server: typeof plain) => (server.address() as AddressInfo).port

  before(async () => {
    names = await startNameServer(zone)
    for (const server of [secure, plain]) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    }
    const monitor = async (path: string) =>
      await (await fetch(`http://127.0.0.1:${portOf(plain)}${path}`)).text()
    options = {
      host: HOST,
      port: portOf(secure),
      resolvers: [names.address],
      addresses: ['127.0.0.1'],
      address: '127.0.0.1',
      maxTtl: 300,
      minDays: 21,
      ca: certificate,
      now: Date.now,
      noOld: false,
      old: { url: `http://127.0.0.1:${portOf(plain)}/orders`, method: 'POST', headers: {} },
      prometheus: monitor,
      alertmanager: monitor,
    }
  })
  after(async () => {
    for (const server of [secure, plain]) server.closeAllConnections()
    secure.close()
    plain.close()
    await names[Symbol.asyncDispose]()
  })
  const check = async (
    change: Partial<CutoverOptions> = {},
    world_: Partial<typeof world> = {},
  ) => {
    Object.assign(world, structuredClone(NORMAL), world_)
    return await checkCutover({ ...options, ...change })
  }
  const wrong = (lines: Line[]) => lines.filter(({ status }) => status !== 'pass')

  test('all is in place: every line passes and says what was seen', async () => {
    const lines = await check()
    assert.deepEqual(wrong(lines), [])
    const evidence = Object.fromEntries(lines.map((line) => [line.id, line.evidence]))
    assert.match(evidence['dns.ttl'] ?? '', /^TTL 60 s .* 127\.0\.0\.1:\d+$/)
    assert.match(
      evidence['dns.points-here'] ?? '',
      /minato\.harbour\.test → 127\.0\.0\.1; here is 127/,
    )
    assert.match(evidence['tls.name'] ?? '', /minato\.harbour\.test/)
    assert.match(evidence['tls.days'] ?? '', /^39[5-7] days left/)
    assert.match(evidence['monitors.targets'] ?? '', /^2 of 2 up$/)
    assert.match(evidence['monitors.route'] ?? '', /email/)
    assert.match(evidence['old.read-only'] ?? '', /^POST \/orders was answered with 503$/)
    assert.ok(names.asked.includes(HOST))
  })

  const faults: [
    id: string,
    change: Partial<CutoverOptions>,
    world: Partial<typeof world>,
    evidence: RegExp,
  ][] = [
    ['dns.ttl', { maxTtl: 30 }, {}, /TTL 60 s \(at most 30 s\)/],
    ['dns.points-here', { addresses: ['203.0.113.7'] }, {}, /here is 203\.0\.113\.7/],
    ['tls.chain', { ca: undefined }, {}, /SELF_SIGNED|self.signed/i],
    ['tls.days', { minDays: 500 }, {}, /at least 500/],
    ['monitors.targets', {}, { targets: ['up', 'down'] }, /1 of 2 up; not: web web-1/],
    ['monitors.targets', {}, { targets: [] }, /0 of 0/],
    ['monitors.rules', {}, { rules: [] }, /^0 alert rules/],
    ['monitors.rules', {}, { managers: [] }, /Alertmanagers: none/],
    ['monitors.route', {}, { alertConfig: 'receivers:\n- name: nobody\n' }, /no receiver/],
    ['smoke', {}, { ready: 503 }, /\/health\/ready 503/],
    ['smoke', {}, { shell: { environment: 'production', sandboxes: ['mail'] } }, /sandboxes: mail/],
    ['old.read-only', {}, { oldStatus: 201 }, /taken in/],
    ['old.read-only', {}, { oldStatus: 401 }, /--old-header/],
    ['old.read-only', { old: undefined }, {}, /--old/],
  ]
  for (const [id, change, around, evidence] of faults) {
    test(`${id} is found alone: ${evidence.source}`, async () => {
      const found = wrong(await check(change, around))
      assert.deepEqual(
        found.map((line) => line.id),
        [id],
      )
      assert.match(found[0]?.evidence ?? '', evidence)
      assert.notEqual(found[0]?.mend.ja, '')
    })
  }

  test('a certificate for another name, a name nobody knows', async () => {
    const other = wrong(await check({ host: 'other.harbour.test' }))
    const ids = other.map(({ id }) => id)
    assert.deepEqual(ids, ['dns.ttl', 'dns.points-here', 'tls.name'])
    assert.match(other[0]?.evidence ?? '', /ENOTFOUND/)
    assert.match(other[2]?.evidence ?? '', /does not match|not in the cert/)
  })

  test('a monitor that is away, a server that is down: lines, not a crash', async () => {
    const away = async () => {
      throw new Error('prometheus does not run')
    }
    const found = wrong(await check({ prometheus: away, port: 1 }))
    assert.deepEqual(found.map(({ id }) => id).sort(), [
      'monitors.rules',
      'monitors.targets',
      'smoke',
      'tls.chain',
      'tls.days',
      'tls.name',
    ])
  })

  test('no old system is said, not assumed', async () => {
    const [line] = (await check({ old: undefined, noOld: true })).filter(({ id }) =>
      id.startsWith('old'),
    )
    assert.equal(line?.status, 'pass')
  })
})
