import type { JobsContext } from './context.ts'
import { type Success, settleSucceeded } from './settle.ts'

type Batch = { successes: Success[]; kept: Promise<Set<string>> }

/**
 * Writes successes together: those that end while one write is on its way share the next one. Gives
 * whether the job was still the attempt's own.
 */
export function successWriter(
  context: JobsContext,
  name: string,
): (success: Success) => Promise<boolean> {
  let open: Batch | undefined
  let writing: Promise<unknown> = Promise.resolve()
  const openBatch = (): Batch => {
    const successes: Success[] = []
    const kept = writing
      .then(() => new Promise<void>((resolve) => setImmediate(resolve)))
      .then(() => {
        open = undefined
        return settleSucceeded(context, name, successes)
      })
    // The next write waits for this one, whether it succeeds or not.
    writing = kept.catch(() => undefined)
    return { successes, kept }
  }
  return async (success) => {
    open ??= openBatch()
    const batch = open
    batch.successes.push(success)
    return (await batch.kept).has(success.attempt.id)
  }
}
