import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type TestServer, testServer } from '../app/testing.ts'
import { eventually } from '../cache/test/caches.ts'
import { transact } from '../data/index.ts'
import type { Joined } from './protocol.ts'
import { client, harbour, signedIn } from './test/clients.ts'

function result<T>(answer: { ok: true; result: T } | { ok: false; error: { code: string } }): T {
  assert.ok(answer.ok, answer.ok ? '' : answer.error.code)
  return answer.result
}
const codeOf = (answer: { ok: boolean; error?: { code: string } }) => answer.error?.code

describe('realtime', () => {
  let server: TestServer
  before(async () => {
    server = await testServer({ apps: [harbour] })
  })
  after(() => server[Symbol.asyncDispose]())

  it('brings fleeting and durable events to who is in the room, and to nobody else', async () => {
    const a = await (await signedIn(server)).connect()
    const b = await (await signedIn(server)).connect()
    result(await a.join('quay:1'))
    result(await b.join('quay:2'))
    const live = server.services.realtime.of('harbour')
    live.emit('quay:1', 'gull', { cries: 3 })
    assert.equal(await live.publish('quay:1', 'ship', { name: '海王丸' }), 1)
    await eventually(() => a.events.length === 2)
    assert.deepEqual(
      a.events.map(({ room, seq, event, data }) => ({ room, seq, event, data })),
      [
        { room: 'quay:1', seq: null, event: 'gull', data: { cries: 3 } },
        { room: 'quay:1', seq: 1, event: 'ship', data: { name: '海王丸' } },
      ],
    )
    assert.deepEqual(b.events, [])
    a.close()
    b.close()
  })

  it('replays what a client missed, in order and in pages, and says where it stands', async () => {
    const live = server.services.realtime.of('harbour')
    for (let n = 1; n <= 3; n += 1) await live.publish('quay:replay', 'n', n)
    const a = await (await signedIn(server)).connect()
    const joined = result(await a.join('quay:replay', 1))
    assert.deepEqual(
      joined.events.map(({ seq, data }) => [seq, data]),
      [
        [2, 2],
        [3, 3],
      ],
    )
    assert.deepEqual([joined.seq, joined.more, joined.missed], [3, false, false])
    await Promise.all(Array.from({ length: 520 }, (_, n) => live.publish('quay:replay', 'n', n)))
    const first = result(await a.ask<Joined>('replay', { room: 'quay:replay', after: 3 }))
    assert.deepEqual([first.events.length, first.more, first.seq], [500, true, 523])
    const rest = result(await a.ask<Joined>('replay', { room: 'quay:replay', after: 503 }))
    assert.deepEqual([rest.events.length, rest.more], [20, false])
    a.close()
  })

  it('keeps an event with the transaction it belongs to, and drops it with it', async () => {
    const live = server.services.realtime.of('harbour')
    const { db } = server.services
    const kept = await transact(db, (tx) => live.record(tx, 'quay:tx', 'kept', {}))
    kept.send()
    await assert.rejects(
      transact(db, async (tx) => {
        await live.record(tx, 'quay:tx', 'dropped', {})
        throw new Error('rolled back')
      }),
      /rolled back/,
    )
    assert.equal(await live.publish('quay:tx', 'next', {}), 2)
  })

  it('tells members of a room who is there, once each', async () => {
    const person = await signedIn(server)
    const a = await person.connect()
    const second = await person.connect()
    const b = await (await signedIn(server)).connect()
    for (const one of [a, second, b]) result(await one.join('quay:people'))
    await eventually(() => a.members.at(-1)?.length === 2)
    result(await b.ask('leave', { room: 'quay:people' }))
    await eventually(() => a.members.at(-1)?.length === 1)
    result(await b.join('quay:people'))
    await eventually(() => a.members.at(-1)?.length === 2)
    b.close()
    await eventually(() => a.members.at(-1)?.length === 1)
    assert.equal(a.members.at(-1)?.[0]?.userId, person.user.id)
    assert.equal((await server.services.realtime.of('harbour').members('quay:people')).length, 1)
    a.close()
    second.close()
  })

  it('lists connections for operators without any credential', async () => {
    const person = await signedIn(server)
    const a = await person.connect()
    result(await a.join('quay:list'))
    const found = (await server.services.realtime.connections()).filter(
      ({ userId }) => userId === person.user.id,
    )
    assert.equal(found.length, 1)
    assert.deepEqual(found[0]?.rooms, ['quay:list'])
    assert.equal(found[0]?.app, 'harbour')
    assert.doesNotMatch(JSON.stringify(found), new RegExp(person.cookie.slice(20, 40)))
    a.close()
  })

  it('prunes events past their time; the numbering goes on and the gap is said', async () => {
    const live = server.services.realtime.of('harbour')
    for (let n = 1; n <= 2; n += 1) await live.publish('quay:old', 'n', n)
    await server.services.db
      .withTables<import('./tables.ts').RealtimeTables>()
      .updateTable('minato.realtime_events')
      .set({ at: new Date(0) })
      .where('room', '=', 'quay:old')
      .execute()
    await server.services.realtime.prune()
    assert.equal(await live.publish('quay:old', 'n', 3), 3)
    const a = await (await signedIn(server)).connect()
    const joined = result(await a.join('quay:old', 0))
    assert.deepEqual([joined.missed, joined.seq, joined.events.length], [true, 3, 1])
    a.close()
  })

  it('sends clients away at a drain, and they come back by themselves', async () => {
    const person = await signedIn(server)
    const made = client(await server.listen(), { cookie: person.cookie }, { reconnection: true })
    await made.connected()
    let reconnected = 0
    made.socket.on('connect', () => {
      reconnected += 1
    })
    await server.services.realtime.drain(20)
    await eventually(() => reconnected === 1)
    made.close()
  })
})

describe('realtime: who may do what', () => {
  let server: TestServer
  before(async () => {
    server = await testServer({ apps: [harbour], env: { REALTIME_MAX_PER_USER: '2' } })
  })
  after(() => server[Symbol.asyncDispose]())

  it('refuses a handshake without a session, with a wrong key, and from another site', async () => {
    const url = await server.listen()
    const person = await server.signIn()
    for (const headers of [
      {},
      { authorization: 'Bearer mnt_wrong' },
      { cookie: person.cookie, origin: 'https://evil.example' },
    ]) {
      const made = client(url, headers as Record<string, string>)
      await assert.rejects(made.connected(), /websocket error/)
      made.close()
    }
  })

  it('answers plain HTTP and foreign upgrades like a web server', async () => {
    const url = await server.listen()
    const person = await server.signIn()
    const plain = await server.inject({ url: '/api/realtime/', headers: person.headers })
    assert.equal(plain.statusCode, 426)
    assert.equal(plain.json().code, 'REALTIME_UPGRADE_REQUIRED')
    const none = await server.inject({ url: '/api/realtime/' })
    assert.equal(none.statusCode, 401)
    const other = await rawUpgrade(`${url}/api/nowhere`)
    assert.match(other, /^HTTP\/1\.1 404/)
    const refused = await rawUpgrade(`${url}/api/realtime/?EIO=4&transport=websocket`)
    assert.match(refused, /^HTTP\/1\.1 401/)
    assert.match(refused, /AUTH_REQUIRED/)
    const h2c = await rawUpgrade(`${url}/health/live`, 'h2c')
    assert.match(h2c, /^HTTP\/1\.1 200/)
  })

  it('takes an API key and an access token as well as a session', async () => {
    const url = await server.listen()
    const person = await server.signIn()
    const key = await server.apiKey(person.user)
    const made = client(url, { authorization: `Bearer ${key}` })
    await made.connected()
    result(await made.join('quay:key'))
    made.close()
    const tokens = await server.inject({
      method: 'POST',
      url: '/api/auth/token',
      headers: person.headers,
      payload: { grantType: 'session' },
    })
    const withToken = client(url, { authorization: `Bearer ${tokens.json().accessToken}` })
    await withToken.connected()
    result(await withToken.join('quay:token'))
    withToken.close()
  })

  it('hides rooms that are not open to a person', async () => {
    const person = await signedIn(server)
    const a = await person.connect()
    for (const room of ['bridge:1', 'own:somebody', 'cave:1', 'quay', ':', 'quay:', '__proto__:1'])
      assert.equal(codeOf(await a.join(room)), 'REALTIME_ROOM_UNKNOWN', room)
    result(await a.join(`own:${person.user.id}`))
    assert.equal(
      codeOf(await a.ask('replay', { room: 'bridge:1', after: 0 })),
      'REALTIME_ROOM_UNKNOWN',
    )
    a.close()
    const operator = await (await signedIn(server, 'operator')).connect()
    result(await operator.join('bridge:1'))
    operator.close()
  })

  it('checks, permits and counts every event', async () => {
    const person = await signedIn(server)
    const a = await person.connect()
    const send = (event: string, input: unknown) => a.ask('send', { event, input })
    assert.deepEqual(result(await send('say', { text: 'おはよう' })), {
      heard: 'おはよう',
      from: person.user.id,
    })
    assert.equal(codeOf(await send('say', { text: 7 })), 'VALIDATION_FAILED')
    assert.equal(codeOf(await send('steer', {})), 'FORBIDDEN')
    assert.equal(codeOf(await send('constructor', {})), 'REALTIME_EVENT_UNKNOWN')
    const failed = await send('sink', {})
    assert.equal(codeOf(failed), 'INTERNAL')
    assert.doesNotMatch(JSON.stringify(failed), /engine/)
    for (let n = 0; n < 3; n += 1) await send('say', { text: 'more' })
    assert.equal(codeOf(await send('say', { text: 'too many' })), 'RATE_LIMITED')
    assert.equal(codeOf(await a.ask('join', 'nonsense')), 'VALIDATION_FAILED')
    a.socket.emit('join') // without anything: no answer possible, no harm done
    result(await a.join('quay:after-garbage'))
    a.close()
  })

  it('refuses more connections than a user may hold', async () => {
    const person = await signedIn(server)
    const held = [await person.connect(), await person.connect()]
    await assert.rejects(person.connect(), /いくつか閉じて/)
    for (const one of held) one.close()
  })

  it('ends connections when the session is revoked', async () => {
    const person = await signedIn(server)
    const a = await person.connect()
    let told = false
    a.socket.on('signed_out', () => {
      told = true
    })
    await server.inject({ method: 'POST', url: '/api/auth/sign-out', headers: person.headers })
    await eventually(() => told && a.socket.disconnected)
  })
})

/** One request with an Upgrade header, as text. */
async function rawUpgrade(address: string, protocol = 'websocket'): Promise<string> {
  const { connect } = await import('node:net')
  const url = new URL(address)
  const socket = connect(Number(url.port), url.hostname)
  socket.end(
    `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: Upgrade, close\r\n` +
      `Upgrade: ${protocol}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  )
  let text = ''
  for await (const chunk of socket) text += chunk
  return text
}
