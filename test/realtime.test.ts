import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { io, type Socket } from 'socket.io-client'
import { joinRoom } from '../web/src/live-room.ts'
import { skipWithout } from './peers.ts'
import { startPostgres, type TestPostgres } from './postgres.ts'
import { startRedis, type TestRedis } from './redis.ts'
import { type RoundRobin, roundRobin } from './round-robin.ts'
import { until } from './until.ts'

const CLIENTS = 500
/** Each with as many connections as one may hold. */
const PEOPLE = 25

type Web = { child: ChildProcess; port: number; ask<T>(question: object): Promise<T> }
type Client = { socket: Socket; seen: number[]; heard: string[]; leave(): void }

describe('live connections to several processes', {
  skip: skipWithout('postgres', 'redis'),
}, () => {
  let postgres: TestPostgres
  let redis: TestRedis
  let balancer: RoundRobin
  let folder: string
  const keys: string[] = []
  const sockets: Socket[] = []
  const webs: Web[] = []

  const start = async (): Promise<Web> => {
    const child = fork(join(import.meta.dirname, 'realtime-process.ts'), [], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: {
        DATABASE_URL: postgres.url,
        REDIS_URL: redis.url,
        MINATO_DATA_DIR: join(folder, `data-${webs.length}`),
        PORT: '0',
        LOG_LEVEL: 'warn',
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const [{ url }] = (await once(child, 'message')) as [{ url: string }]
    const web: Web = {
      child,
      port: Number(new URL(url).port),
      async ask(question) {
        child.send(question)
        const [answer] = await once(child, 'message')
        return answer
      },
    }
    webs.push(web)
    return web
  }
  const connect = (): Client => {
    const socket = io(`${balancer.url}/trial`, {
      path: '/api/realtime/',
      transports: ['websocket'],
      extraHeaders: { authorization: `Bearer ${keys[sockets.length % PEOPLE]}` },
      forceNew: true,
      reconnectionDelay: 100,
      reconnectionDelayMax: 2000,
    })
    sockets.push(socket)
    const client: Client = { socket, seen: [], heard: [], leave: () => socket.disconnect() }
    const onEvent = ({ seq, event }: { seq: number | null; event: string }) => {
      if (seq === null) client.heard.push(event)
      else client.seen.push(seq)
    }
    joinRoom(socket, 'quay:1', { onEvent }, 0)
    return client
  }

  before(async () => {
    postgres = await startPostgres()
    redis = await startRedis()
    balancer = await roundRobin()
    folder = await mkdtemp(join(tmpdir(), 'minato-realtime-'))
    const first = await start()
    await start()
    for (let n = 0; n < PEOPLE; n += 1) {
      keys.push((await first.ask<{ key: string }>({ person: true })).key)
    }
    balancer.to(webs.map(({ port }) => port))
  })
  after(async () => {
    for (const socket of sockets) socket.disconnect()
    for (const { child } of webs) child.kill('SIGKILL')
    await balancer?.[Symbol.asyncDispose]()
    await redis?.[Symbol.asyncDispose]()
    await postgres?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  test('fan-out and presence cross processes; Redis may go and come back', async () => {
    const clients = Array.from({ length: 4 }, connect)
    const [one, two] = webs as [Web, Web]
    await until('all connected', () => clients.every(({ socket }) => socket.connected))
    await until('all joined', async () => {
      await one.ask({ emit: 'gull' })
      return clients.every(({ heard }) => heard.includes('gull'))
    })
    const { members } = await two.ask<{ members: unknown[] }>({ members: true })
    assert.equal(members.length, clients.length)
    await one.ask({ publish: 1 })
    await until('the durable event is there', () => clients.every(({ seen }) => seen.length === 1))
    await redis.stop()
    await two.ask({ publish: 2 })
    await until('the durable event arrives without Redis', () =>
      clients.every(({ seen }) => seen.length === 2),
    )
    await redis.start()
    await until('fleeting events cross again', async () => {
      await two.ask({ emit: 'back' })
      return clients.every(({ heard }) => heard.includes('back'))
    })
    assert.ok(clients.every(({ socket }) => socket.connected))
    for (const client of clients) client.leave()
  })

  test(`a restart of every web process under ${CLIENTS} clients loses and doubles nothing`, async () => {
    const clients = Array.from({ length: CLIENTS }, connect)
    const connected = () => clients.filter(({ socket }) => socket.connected).length
    await until('all connected', () => connected() === CLIENTS, 60_000)
    let publishing = true
    let last = 0
    const publisher = async () => {
      for (let n = 0; publishing; n += 1) {
        const live = webs.filter(({ child }) => child.connected && !child.killed)
        const from = live[n % live.length]
        if (from === undefined) return
        last = (await from.ask<{ seq: number }>({ publish: n })).seq
      }
    }
    const publishes = publisher()
    for (const old of webs.slice(0, 2)) {
      const next = await start()
      balancer.to(
        [...webs.filter((web) => web !== old && !web.child.killed), next].map(({ port }) => port),
      )
      const gone = once(old.child, 'exit')
      old.child.kill('SIGTERM')
      const [code] = await gone
      assert.equal(code, 0, 'a drain ends by itself')
      await until('all back', () => connected() === CLIENTS, 60_000)
    }
    publishing = false
    await publishes
    await until(
      'every event reached everyone',
      () => clients.every(({ seen }) => seen.at(-1) === last),
      60_000,
    )
    const expected = Array.from({ length: last }, (_, index) => index + 1)
    assert.ok(last > 10, `${last} events went out meanwhile`)
    for (const { seen } of clients) assert.deepEqual(seen, expected)
    for (const client of clients) client.leave()
  })
})
