/** Lets at most `max` through at once; `maxWaiting` more may stand in line. */
export function createGate(max: number, maxWaiting: number) {
  let inside = 0
  const waiting: (() => void)[] = []
  return {
    /** Undefined when the line is full; a promise when there is a line. */
    enter(): true | Promise<void> | undefined {
      if (inside < max) {
        inside += 1
        return true
      }
      if (waiting.length >= maxWaiting) return undefined
      return new Promise((resolve) => waiting.push(resolve))
    },
    leave(): void {
      const next = waiting.shift()
      if (next === undefined) inside -= 1
      else next() // the place is handed over
    },
  }
}

export type Gate = ReturnType<typeof createGate>
