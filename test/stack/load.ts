import { Agent, request } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import { io, type Socket } from 'socket.io-client'
import { joinRoom } from '../../web/src/live-room.ts'

export type LoadReport = {
  requests: number
  failed: string[]
  /** When these were answered or given up: milliseconds of `performance.now()`. */
  failedAt: number[]
  /** Sent again because the kept connection was being closed, as every browser does. */
  resent: number
  p50Ms: number
  p95Ms: number
  maxMs: number
  /** What was answered as written. */
  marks: string[]
  jobs: string[]
  waves: number[]
  /** For each live connection, the numbers of the events it was given, in their order. */
  seen: number[][]
  reconnects: number
}

type LoadOptions = {
  url: string
  ca: string
  key: string
  perSecond: number
  sockets: number
  /** Makes what this load writes its own. */
  run?: string
}

/** One in so many requests writes, publishes, or queues. */
const MARK_EVERY = 20
const WAVE_EVERY = 50
const JOB_EVERY = 40
const TURN_MS = 50
const MOST_RESENT = 5

/**
 * A steady stream of requests and a crowd of live connections, until told to stop. Requests leave on
 * time whether or not earlier ones were answered: a server that stalls is not spared.
 */
export async function startLoad(options: LoadOptions): Promise<{ stop(): Promise<LoadReport> }> {
  const asked = requests(options)
  const live = await connect(options)
  const started = performance.now()
  let sent = 0
  let stopped = false
  const pending = new Set<Promise<void>>()
  const turns = (async () => {
    while (!stopped) {
      const due = ((performance.now() - started) / 1000) * options.perSecond
      for (; sent < due; sent += 1) {
        const work = asked.send(sent)
        pending.add(work)
        void work.finally(() => pending.delete(work))
      }
      await delay(TURN_MS)
    }
  })()
  return {
    async stop() {
      stopped = true
      await turns
      await Promise.all(pending)
      await live.caughtUp(Math.max(0, ...asked.report.waves))
      const { durations, ...report } = asked.report
      asked.close()
      live.close()
      const sorted = durations.sort((a, b) => a - b)
      const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0)
      return {
        ...report,
        ...{ requests: sent, p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1) },
        ...{ seen: live.seen, reconnects: live.reconnects() },
      }
    },
  }
}

function requests({ url, ca, key, run = String(process.pid) }: LoadOptions) {
  const agent = new Agent({ keepAlive: true, maxSockets: 200, ca })
  const report = {
    failed: [] as string[],
    failedAt: [] as number[],
    resent: 0,
    durations: [] as number[],
    marks: [] as string[],
    jobs: [] as string[],
    waves: [] as number[],
  }
  // `reusedSocket` is not said of a connection that a waiting request is given.
  const used = new WeakSet<object>()
  const once = (path: string, body?: string) =>
    new Promise<{ status: number; text: string; again?: true }>((resolve) => {
      const headers = {
        authorization: `Bearer ${key}`,
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
      }
      const method = body === undefined ? 'GET' : 'POST'
      const outgoing = request(new URL(path, url), { agent, method, headers, timeout: 30_000 })
      outgoing.once('timeout', () => outgoing.destroy(new Error('no answer in 30 s')))
      outgoing.once('error', (error: NodeJS.ErrnoException) => {
        // RFC 9112, 9.3.1: a kept connection may be closed while the next request is on its way.
        const kept = outgoing.socket !== null && used.has(outgoing.socket)
        const again = kept && ['ECONNRESET', 'EPIPE'].includes(error.code ?? '')
        resolve({ status: 0, text: error.message, ...(again ? { again } : {}) })
      })
      outgoing.once('response', (response) => {
        used.add(response.socket)
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        response.once('error', (error) => resolve({ status: 0, text: `cut off: ${error.message}` }))
        response.once('end', () => resolve({ status: response.statusCode ?? 0, text }))
      })
      outgoing.end(body)
    })
  return {
    report,
    close: () => agent.destroy(),
    async send(number: number): Promise<void> {
      const path = pathFor(number)
      const id = `${run}-${number}`
      const body =
        path.startsWith('/api/quay/') && path !== '/api/quay/work'
          ? JSON.stringify({ id })
          : undefined
      const started = performance.now()
      let answer = await once(path, body)
      // The next kept connection may be one that is being closed too.
      for (let tries = 0; answer.again && tries < MOST_RESENT; tries += 1) {
        report.resent += 1
        answer = await once(path, body)
      }
      report.durations.push(performance.now() - started)
      if (answer.status !== 200) {
        report.failedAt.push(performance.now())
        report.failed.push(`${path} ${answer.status} ${answer.text.slice(0, 400)}`)
        return
      }
      if (path.endsWith('/marks')) report.marks.push(id)
      if (path.endsWith('/jobs')) report.jobs.push(id)
      if (path.endsWith('/waves')) report.waves.push(JSON.parse(answer.text).seq)
    },
  }
}

function pathFor(number: number): string {
  if (number % WAVE_EVERY === 1) return '/api/quay/waves'
  if (number % MARK_EVERY === 2) return '/api/quay/marks'
  if (number % JOB_EVERY === 3) return '/api/quay/jobs'
  return ['/', '/api/shell', '/api/quay/work', '/api/auth/profile'][number % 4] ?? '/'
}

async function connect({ url, ca, key, sockets: count }: LoadOptions) {
  const sockets: Socket[] = []
  const seen: number[][] = []
  let reconnects = 0
  for (let index = 0; index < count; index += 1) {
    const socket = io(`${url}/quay`, {
      path: '/api/realtime/',
      transports: ['websocket'],
      extraHeaders: { authorization: `Bearer ${key}` },
      ca,
      forceNew: true,
      reconnectionDelay: 200,
      reconnectionDelayMax: 3000,
      randomizationFactor: 0.5,
    })
    const mine: number[] = []
    joinRoom(socket, 'ships:1', {
      onEvent: ({ seq }) => {
        if (seq !== null) mine.push(seq)
      },
    })
    socket.io.on('reconnect', () => {
      reconnects += 1
    })
    sockets.push(socket)
    seen.push(mine)
    // As people come: not all in one moment.
    if (index % 20 === 19) await allOf(sockets, (one) => one.connected)
  }
  await allOf(sockets, (one) => one.connected)
  return {
    seen,
    reconnects: () => reconnects,
    /** Waits for the last event; what is missing after a while was lost. */
    caughtUp: async (last: number) =>
      await allOf(seen, (mine) => (mine.at(-1) ?? 0) >= last).catch(() => undefined),
    close: () => {
      for (const socket of sockets) socket.close()
    },
  }
}

async function allOf<T>(items: readonly T[], done: (item: T) => boolean): Promise<void> {
  for (let turn = 0; turn < 300; turn += 1) {
    if (items.every(done)) return
    await delay(100)
  }
  throw new Error(
    `${items.filter((item) => !done(item)).length} of ${items.length} not within 30 s`,
  )
}
