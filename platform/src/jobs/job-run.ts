import type { Transaction } from 'kysely'
import type { Bilingual } from '../config/index.ts'
import type { Logger } from '../log/index.ts'

/** What a running attempt is given to tell of itself and to hear when it must stop. */
export type JobRun = {
  id: string
  ownerId: string | null
  /** 1 for the first. */
  attempt: number
  /** Aborted on cancel, time-out, shutdown, or when another worker has taken the job over. */
  signal: AbortSignal
  /** Shown to people; percent is 0 to 100 and never goes back within an attempt. */
  progress(percent: number, message: Bilingual | string, data?: unknown): Promise<void>
  /** Writes to the process's log and, sanitized, to the job's own. */
  log: Logger
  /**
   * Runs a step once for the job, whatever becomes of its attempts: the step's mark is committed
   * with what `work` writes through `tx`, and a worker that has lost the job cannot commit it.
   * Effects outside of the database need `stepKey` as their idempotency key beside it.
   */
  once<Result>(key: string, work: (tx: Transaction<unknown>) => Promise<Result>): Promise<Result>
  /** The same text for the same step in every attempt: an idempotency key for services outside. */
  stepKey(key: string): string
}
