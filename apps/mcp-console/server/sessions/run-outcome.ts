/** What a run left, before it is masked and cut. */
export type Outcome = {
  exitCode: number
  output: string
  errorOutput: string
  /** More came than was kept. */
  overflowed: boolean
  timedOut: boolean
  structured?: unknown
}

/** What `timeout(1)` gives, too. */
export const EXIT_TIMED_OUT = 124
/** A process that was killed (128 + SIGKILL). */
export const EXIT_KILLED = 137

export type RunLimits = {
  timeoutMs: number
  /** Kept of each output. */
  keepBytes: number
}
