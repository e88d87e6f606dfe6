/** The room everybody is in, and what is said there: the same for every contender. */
export const ROOM = 'quay:1'
export const PATH = '/api/realtime/'

/** Orders to a server process. */
export type Order =
  | { kind: 'person' }
  /** When every client has everything: what the whole burst has cost. */
  | { kind: 'cost' }
  | { kind: 'burst' | 'paced' | 'publish'; count: number; pauseMs?: number }

/** What a server tells of its sending: when it began, and how long each call took. */
export type Told = { startedNs: string; tookMs: number[] }
/** The processor time since it began. */
export type Cost = { cpuMs: number }

/** Orders to the process of the clients. */
export type Ask = { kind: 'connect'; url: string; keys: string[]; clients: number } | Expect
export type Expect = { kind: 'expect'; events: number }

/** What clients saw: when the last of them had everything, and how long each delivery took. */
export type Seen = { endedNs: string; p50Ms: number; p99Ms: number }

/** One clock for all processes of this machine, in nanoseconds. */
export const nowNs = () => process.hrtime.bigint()

/** As long as a line of a conversation. */
export const message = () => ({
  t: String(nowNs()),
  from: 'Sailor',
  text: '港に霧がかかっています。灯台の光が見えるまで、船は沖で待ちます。',
})
