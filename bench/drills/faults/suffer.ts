import { setTimeout as delay } from 'node:timers/promises'
import { type LoadReport, startLoad } from '../../../test/stack/load.ts'
import type { Stack } from '../../../test/stack/up.ts'
import { compose, rowsOf } from '../compose.ts'
import type { Fault } from './list.ts'
import {
  type AnswerEnd,
  askNow,
  conversationsOf,
  endOf,
  modelScenario,
  type Person,
  stillSignedIn,
} from './people.ts'

const BEFORE_MS = 4000
const AFTER_MS = 4000
/** Fifteen seconds: the cause falls into the answers. */
const LONG_ANSWERS = { tokensPerSecond: 20, answerTokens: 300 }
const HEALED_WITHIN_MS = 240_000
/** A job that a killed worker had is taken up within a minute. */
const JOBS_WITHIN_MS = 120_000

export type Suffered = {
  name: string
  besides: string | undefined
  requests: number
  /** Requests that were not answered as they should, by what they were told. */
  failed: Record<string, number>
  /** From the first to the last of them. */
  failedForMs: number
  p95Ms: number
  /** From the end of the cause until every container is healthy and the door answers "ready". */
  healedMs: number
  reconnects: number
  answers: Record<AnswerEnd, number>
  signedOut: number
  writes: number
  events: number
  jobs: { queued: number; twice: number }
  /** One line a thing that was promised and is not there, or is there twice. Empty is the point. */
  lost: string[]
}

/** Puts the stack under load, strikes, waits until it has healed, and counts what is left. */
export async function suffer(
  stack: Stack,
  fault: Fault,
  crowd: { key: string; people: readonly Person[] },
  scale: { perSecond: number; sockets: number },
): Promise<Suffered> {
  const run = fault.name.replace(/[^a-z0-9]+/gi, '-')
  await modelScenario(stack, 'normal', LONG_ANSWERS)
  const conversations = await conversationsOf(stack, crowd.people)
  const load = await startLoad({ url: stack.url, ca: stack.ca, key: crowd.key, run, ...scale })
  const asking = crowd.people.map((person, n) => askNow(stack, person, conversations[n] ?? ''))
  await delay(BEFORE_MS)
  const besides = await fault.strike(stack, crowd.people)
  const over = performance.now()
  await healed(stack)
  const healedMs = performance.now() - over
  await delay(AFTER_MS)
  const seen = await load.stop()
  const ends = await Promise.all(asking.map((asked) => endOf(stack, asked)))
  const jobs = await jobsOf(stack, run, seen)
  const signedOut = crowd.people.length - (await stillSignedIn(stack, crowd.people))
  const marks = new Set(await rowsOf(stack, `select id from quay.marks where id like '${run}-%'`))
  return {
    name: fault.name,
    besides,
    requests: seen.requests,
    failed: countOf(seen.failed.map(kindOf)),
    failedForMs: Math.round((seen.failedAt.at(-1) ?? 0) - (seen.failedAt[0] ?? 0)),
    p95Ms: seen.p95Ms,
    healedMs: Math.round(healedMs),
    reconnects: seen.reconnects,
    answers: countOf(ends) as Record<AnswerEnd, number>,
    signedOut,
    writes: seen.marks.length,
    events: seen.waves.length,
    jobs: { queued: seen.jobs.length, twice: jobs.twice },
    lost: [
      ...seen.marks.filter((id) => !marks.has(id)).map((id) => `write ${id}`),
      ...eventsLost(seen),
      ...jobs.lost,
      ...ends.filter((end) => end === 'lost').map(() => 'question or its answer'),
      ...(signedOut === 0 ? [] : [`${signedOut} sessions`]),
    ],
  }
}

async function healed(stack: Stack): Promise<void> {
  const end = performance.now() + HEALED_WITHIN_MS
  for (;;) {
    const ready = await fetch(`${stack.url}/health/ready`).then(
      ({ status }) => status === 200,
      () => false,
    )
    const lines = (
      await compose(stack, 'ps', '--all', '--format', '{{.Service}} {{.State}} {{.Health}}')
    ).trim()
    const ill = lines.split('\n').filter((line) => !/ running (healthy)?$/.test(line))
    if (ready && ill.length === 0) return
    if (performance.now() > end) throw new Error(`Not healed: ${ill.join('; ')}`)
    await delay(500)
  }
}

/** Every event once and in order, for each connection, up to the last that was promised. */
function eventsLost({ waves, seen }: LoadReport): string[] {
  const last = Math.max(0, ...waves)
  return seen.flatMap((mine, connection) => {
    const first = mine[0] ?? 0
    const expected = Array.from({ length: mine.length }, (_, index) => first + index)
    const inOrder = mine.every((seq, index) => seq === expected[index])
    const whole = waves.length === 0 || ((mine.at(-1) ?? 0) >= last && first <= Math.min(...waves))
    return inOrder && whole
      ? []
      : [`events of connection ${connection}: ${mine.length} up to ${mine.at(-1)} of ${last}`]
  })
}

async function jobsOf(stack: Stack, run: string, { jobs }: LoadReport) {
  const end = performance.now() + JOBS_WITHIN_MS
  for (;;) {
    const rows = await rowsOf(
      stack,
      `select key from quay.runs where phase = 'done' and key like '${run}-%'`,
    )
    const done = new Set(rows)
    const missing = jobs.filter((id) => !done.has(id))
    if (missing.length === 0 || performance.now() > end) {
      return { lost: missing.map((id) => `job ${id}`), twice: rows.length - done.size }
    }
    await delay(2000)
  }
}

/** `/api/quay/work 503 {… "code":"DATABASE_UNAVAILABLE" …}` → `503 DATABASE_UNAVAILABLE`. */
function kindOf(failure: string): string {
  const [, status = '', text = ''] = /^\S+ (\d+) (.*)$/s.exec(failure) ?? []
  const code = /"code":"([A-Z_]+)"/.exec(text)?.[1]
  if (status === '0') return text.replace(/ [\d.]+:\d+$/, '')
  return code === undefined ? status : `${status} ${code}`
}

function countOf(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}
