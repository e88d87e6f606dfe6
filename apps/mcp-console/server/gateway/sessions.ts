import type { EventStream } from '@minato/platform/http'
import type { Bus } from './bus.ts'
import type { Id, Message, Params } from './json-rpc.ts'
import type { Holder } from './pool.ts'
import {
  endSession,
  insertSession,
  type NewSession,
  type SessionRow,
  saveSession,
  touchSession,
} from './session-rows.ts'
import type { GatewayDatabase } from './tables.ts'

/** A client's session. The row is the truth and every process may serve it; this is one process's view. */
export type Session = {
  readonly id: string
  readonly userId: string
  readonly profileId: string
  readonly version: string
  readonly capabilities: Params
  logLevel: string | undefined
  subscriptions: string[]
  /** The client's GET stream, when it is this process that holds it. */
  stream: EventStream | undefined
  /** Requests being worked on here, to be cancelled. */
  running: Map<Id, AbortController>
  holder: Holder | undefined
  readAt: number
}

type Options = { db: GatewayDatabase; bus: Bus; clock: () => number; idleMs: number }
type State = Options & { cached: Map<string, Session> }

/** Read again beside being used, so that `last_seen_at` moves and an end elsewhere is noticed. */
const REFRESH_MS = 30_000
/** Not believed any longer without asking. */
const MAX_AGE_MS = 120_000
const SWEEP_EVERY_MS = 60_000
const KEEP_MS = 600_000
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Sessions of clients, in the database: they survive a restart and any process may serve them. */
export function createSessions(options: Options) {
  const state: State = { ...options, cached: new Map() }
  const { db, bus, clock, cached } = state
  const timer = setInterval(() => sweep(state), SWEEP_EVERY_MS).unref()
  bus.subscribe((news) => {
    const session = 'sessionId' in news ? cached.get(news.sessionId) : undefined
    if (session === undefined) return
    if (news.topic === 'session') session.readAt = 0
    if (news.topic === 'notify') deliver(session, news.message)
    if (news.topic === 'cancel') session.running.get(news.requestId)?.abort()
  })
  return {
    async create(values: NewSession): Promise<Session> {
      const now = clock()
      return keep(state, await insertSession(db, values, new Date(now)), now)
    },
    /** At hand for most requests; else a promise. Undefined for one that ended or never was. */
    get(id: string): Session | Promise<Session | undefined> | undefined {
      const session = cached.get(id)
      const age = clock() - (session?.readAt ?? 0)
      if (session !== undefined && age < MAX_AGE_MS) {
        if (age > REFRESH_MS) refresh(state, session)
        return session
      }
      return UUID.test(id) ? read(state, id) : undefined
    },
    save: (session: Session) => saveSession(db, session),
    async end(session: Session): Promise<void> {
      await endSession(db, session.id, new Date(clock()))
      drop(state, session.id)
      bus.publish({ topic: 'session', sessionId: session.id })
    },
    /** To the client's stream, wherever it is. */
    tell(session: Session, message: Message): void {
      if (session.stream !== undefined) deliver(session, message)
      else bus.publish({ topic: 'notify', sessionId: session.id, message })
    },
    known: (id: string) => cached.get(id),
    all: () => cached.values(),
    close: () => clearInterval(timer),
  }
}

export type Sessions = ReturnType<typeof createSessions>

async function read(state: State, id: string): Promise<Session | undefined> {
  const now = state.clock()
  const row = await touchSession(state.db, id, now, state.idleMs)
  if (row !== undefined) return keep(state, row, now)
  drop(state, id)
  return undefined
}

/** Reads the row beside what is going on. While the database is away the session is believed until it is too old. */
function refresh(state: State, session: Session): void {
  session.readAt += REFRESH_MS / 3 // not once for each request that comes meanwhile
  void read(state, session.id).catch(() => undefined)
}

function keep({ cached }: State, row: SessionRow, now: number): Session {
  const session = cached.get(row.id) ?? newSession(row)
  session.logLevel = row.log_level ?? undefined
  session.subscriptions = row.subscriptions
  session.readAt = now
  cached.set(row.id, session)
  return session
}

function drop({ cached }: State, id: string): void {
  const session = cached.get(id)
  cached.delete(id)
  session?.stream?.end()
  for (const running of session?.running.values() ?? []) running.abort()
}

function deliver(session: Session, message: Message): void {
  session.stream?.send({ event: 'message', data: message })
}

/** Clients that only listen are in use, too; the rest is forgotten until it comes back. */
function sweep(state: State): void {
  const now = state.clock()
  for (const [id, session] of state.cached) {
    if (session.stream !== undefined || session.running.size > 0) {
      if (now - session.readAt > REFRESH_MS) refresh(state, session)
    } else if (session.readAt + KEEP_MS < now) state.cached.delete(id)
  }
}

function newSession(row: SessionRow): Session {
  return {
    id: row.id,
    userId: row.user_id,
    profileId: row.profile_id,
    version: row.protocol_version,
    capabilities: row.capabilities,
    logLevel: row.log_level ?? undefined,
    subscriptions: row.subscriptions,
    stream: undefined,
    running: new Map(),
    holder: undefined,
    readAt: 0,
  }
}
