import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { type Claim, giveBack, JobStopped } from './attempt.ts'
import { openBoss } from './boss.ts'
import type { JobsContext } from './context.ts'
import { every } from './every.ts'
import { dueNames } from './fetch.ts'
import { Lane } from './lane.ts'
import { startLeases } from './leases.ts'
import { startSchedules } from './schedules.ts'
import { CHANNEL, readSignal } from './signals.ts'
import { startUpkeep, type Upkeep } from './upkeep.ts'

/** Notifications wake at once; this finds what became due by time, and what a lost one told. */
const POLL_MS = 1000
/** How long running jobs may go on at shutdown before they are stopped and given back. */
const DRAIN_MS = 10_000

export type WorkerState = {
  id: string
  running: Map<string, Claim & { stop: AbortController }>
  draining: boolean
}

export type Worker = {
  state: WorkerState
  /** Milliseconds since the worker last reached the database; it is well below 15 s. */
  silentMs: Upkeep['silentMs']
  setHealthUrl: Upkeep['setHealthUrl']
  /** Lets running jobs end for some seconds, then gives the rest back to the queue. */
  stop(): Promise<void>
}

/**
 * Runs the jobs of every registered name until stopped. Any number of processes may: a job is fetched
 * by one of them, and every write about it is fenced to that attempt.
 */
export async function startWorker(
  context: JobsContext,
  flush: () => Promise<void>,
  without: ReadonlySet<string> = new Set(),
): Promise<Worker> {
  const boss = await openBoss(context.raw, context.log)
  const state: WorkerState = { id: randomUUID(), running: new Map(), draining: false }
  const lanes = new Map<string, Lane>()
  for (const [name, registered] of context.registered) {
    if (without.has(name)) continue
    lanes.set(name, new Lane({ context, boss, state, registered }))
  }
  const stopListening = await listen(context, state, lanes)
  const poll = every(POLL_MS, context.log, 'jobs.poll_failed', async () => {
    for (const name of await dueNames(context)) lanes.get(name)?.wake()
  })
  const leases = startLeases(context, state)
  const schedules = await startSchedules(context, boss)
  const upkeep = startUpkeep(context, state, flush)
  return {
    state,
    silentMs: upkeep.silentMs,
    setHealthUrl: upkeep.setHealthUrl,
    async stop() {
      state.draining = true
      await Promise.all([poll.stop(), schedules.stop()])
      await Promise.all([...lanes.values()].map((lane) => lane.quiet()))
      await finishRunning(context, state)
      await stopListening()
      await leases.stop()
      await upkeep.stop()
      await boss.stop({ graceful: false, close: false })
    },
  }
}

async function listen(
  context: JobsContext,
  state: WorkerState,
  lanes: ReadonlyMap<string, Lane>,
): Promise<() => Promise<void>> {
  const stop = await context.listen?.(CHANNEL, (payload) => {
    const signal = readSignal(payload)
    if (signal?.kind === 'stop') {
      state.running.get(signal.id)?.stop.abort(new JobStopped('cancelled'))
    } else if (signal?.kind === 'due') {
      const due = signal.name === '' ? lanes.values() : [lanes.get(signal.name)]
      for (const lane of due) lane?.wake()
    }
  })
  return stop ?? (() => Promise.resolve())
}

/** Lets running jobs end, and gives the rest back to the queue: another worker takes them at once. */
async function finishRunning(context: JobsContext, state: WorkerState): Promise<void> {
  const deadline = performance.now() + DRAIN_MS
  while (state.running.size > 0 && performance.now() < deadline) await delay(25)
  const left = [...state.running.values()]
  for (const { stop } of left) stop.abort(new JobStopped('shutdown'))
  await giveBack(
    context,
    left.map(({ attempt }) => attempt),
  )
}
