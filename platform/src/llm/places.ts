import { llmErrors } from './errors.ts'

type Release = () => void
type Waiter = { userId: string; grant: (release: Release) => void }

/**
 * Places for calls at once: so many in this process, so many of one user. Who finds none waits in
 * line; a user at their own limit does not hold up the others behind.
 *
 * @example
 * const release = await places.take('user-1', signal)
 * try { … } finally { release() }
 */
export function createPlaces(limits: { total: number; perUser: number; waitMs: number }) {
  let taken = 0
  const byUser = new Map<string, number>()
  const line = new Set<Waiter>()

  const free = (userId: string) =>
    taken < limits.total && (byUser.get(userId) ?? 0) < limits.perUser

  function occupy(userId: string): Release {
    taken++
    byUser.set(userId, (byUser.get(userId) ?? 0) + 1)
    let released = false
    return () => {
      if (released) return
      released = true
      taken--
      const left = (byUser.get(userId) ?? 1) - 1
      if (left === 0) byUser.delete(userId)
      else byUser.set(userId, left)
      admit()
    }
  }

  function admit(): void {
    for (const waiter of line) {
      if (taken >= limits.total) return
      if (!free(waiter.userId)) continue
      line.delete(waiter)
      waiter.grant(occupy(waiter.userId))
    }
  }

  function wait(userId: string, signal: AbortSignal): Promise<Release> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        line.delete(waiter)
        clearTimeout(timer)
        signal.removeEventListener('abort', cancel)
      }
      const cancel = () => {
        leave()
        reject(signal.reason)
      }
      const timer = setTimeout(() => {
        leave()
        reject(llmErrors.LLM_BUSY({}, { headers: { 'retry-after': '5' } }))
      }, limits.waitMs)
      const waiter: Waiter = {
        userId,
        grant(release) {
          leave()
          resolve(release)
        },
      }
      line.add(waiter)
      signal.addEventListener('abort', cancel, { once: true })
    })
  }

  return {
    /** Throws LLM_BUSY after `waitMs`, or the signal's reason. */
    async take(userId: string, signal: AbortSignal): Promise<Release> {
      signal.throwIfAborted()
      return free(userId) ? occupy(userId) : await wait(userId, signal)
    },
    standing: () => ({ taken, waiting: line.size }),
  }
}

export type Places = ReturnType<typeof createPlaces>
