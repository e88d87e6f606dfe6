import { once } from 'node:events'
import { io } from 'socket.io-client'
import { type Ask, nowNs, PATH, ROOM, type Seen } from './told.ts'

/** How many open a connection at the same time. */
const AT_ONCE = 50

let clients = 0
let expected = 0
let received = 0
let delays = new Float64Array(0)
let complete = Promise.withResolvers<void>()

function onEvent({ data: { t } }: { data: { t: string } }): void {
  if (received < expected) delays[received] = Number(nowNs() - BigInt(t)) / 1e6
  received += 1
  if (received === expected) complete.resolve()
}

async function connect(url: string, key: string | undefined): Promise<void> {
  const socket = io(`${url}/trial`, {
    path: PATH,
    transports: ['websocket'],
    forceNew: true,
    ...(key === undefined ? {} : { extraHeaders: { authorization: `Bearer ${key}` } }),
  })
  socket.on('event', onEvent)
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  const answer = await socket.timeout(60_000).emitWithAck('join', { room: ROOM })
  if (!answer.ok) throw new Error(`A client may not join: ${JSON.stringify(answer)}`)
}

async function connectAll(ask: Extract<Ask, { kind: 'connect' }>): Promise<void> {
  clients = ask.clients
  for (let from = 0; from < clients; from += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, clients - from) }, (_, n) => from + n)
    await Promise.all(batch.map((n) => connect(ask.url, ask.keys[n % ask.keys.length])))
  }
}

/** Told at once, answered when every client has got every event. */
async function seen(events: number): Promise<Seen> {
  expected = events * clients
  received = 0
  delays = new Float64Array(expected)
  complete = Promise.withResolvers()
  process.send?.({ ready: true })
  await complete.promise
  const endedNs = String(nowNs())
  delays.sort()
  const at = (share: number) => delays[Math.floor(share * (expected - 1))] ?? Number.NaN
  return { endedNs, p50Ms: at(0.5), p99Ms: at(0.99) }
}

process.on('message', async (ask: Ask) => {
  if (ask.kind === 'expect') return void process.send?.(await seen(ask.events))
  await connectAll(ask)
  process.send?.({ connected: true })
})
await once(process, 'disconnect')
process.exit()
