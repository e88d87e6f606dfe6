export type BreakerOptions = {
  /** Failures in a row that open the circuit; 5 if absent. `Infinity` turns it off. */
  failures?: number
  /** How long an open circuit refuses before it lets one call try; 5 s if absent. */
  openMs?: number
}

type State = { failures: number; openUntil: number; probing: boolean }

/** What became of a call: `void` if it says nothing of the server, such as a caller's abort. */
export type Outcome = 'success' | 'failure' | 'void'

export type Breaker = {
  /** `undefined` if the circuit is open; otherwise call the result once with the outcome. */
  enter(key: string): ((outcome: Outcome) => void) | undefined
}

// Keys come from users' URLs: the map must not grow with them.
const MAX_KEYS = 1_000

/**
 * A circuit breaker a key: after several failures in a row calls are refused at once for a while,
 * then a single one may try (half-open) and decides.
 */
export function createBreaker(options: BreakerOptions, clock: () => number): Breaker {
  const { failures: limit = 5, openMs = 5_000 } = options
  const states = new Map<string, State>()
  const settle = (key: string, probe: boolean, outcome: Outcome) => {
    const state = states.get(key) ?? { failures: 0, openUntil: 0, probing: false }
    if (probe) state.probing = false
    if (outcome === 'success') states.delete(key)
    if (outcome !== 'failure') return
    state.failures += 1
    if (probe || state.failures >= limit) state.openUntil = clock() + openMs
    states.delete(key) // re-inserted as the newest
    states.set(key, state)
    const [oldest] = states.keys()
    if (states.size > MAX_KEYS && oldest !== undefined) states.delete(oldest)
  }
  return {
    enter: (key) => {
      const state = states.get(key)
      const tripped = state !== undefined && state.openUntil > 0
      if (tripped && (clock() < state.openUntil || state.probing)) return undefined
      if (tripped) state.probing = true
      return (outcome) => settle(key, tripped, outcome)
    },
  }
}
