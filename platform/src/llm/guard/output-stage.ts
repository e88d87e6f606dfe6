/** What was removed from an answer, without the thing itself: safe to log and to count. */
export type OutputFinding = {
  kind: 'canary' | 'secret' | 'system-prompt' | 'unsafe-link'
  detail: string
}

/** One step of the filter: takes text, gives what may go out. */
export type Stage = { push(delta: string): string; end(): string }
