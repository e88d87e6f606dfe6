const FAILURES_TO_OPEN = 3
const FIRST_PAUSE_MS = 5000
const LONGEST_PAUSE_MS = 60_000

export type Circuit = ReturnType<typeof createCircuit>

/** Keeps a dead server from being waited for at every call: after three failures it rests for a while. */
export function createCircuit(clock: () => number) {
  let failures = 0
  let openUntil = 0
  return {
    /** Milliseconds until the server is tried again, or 0. */
    restsForMs: () => Math.max(0, openUntil - clock()),
    succeeded(): void {
      failures = 0
      openUntil = 0
    },
    failed(): void {
      failures += 1
      if (failures < FAILURES_TO_OPEN) return
      const pauseMs = FIRST_PAUSE_MS * 2 ** (failures - FAILURES_TO_OPEN)
      openUntil = clock() + Math.min(pauseMs, LONGEST_PAUSE_MS)
    },
  }
}
