const KEPT_REQUESTS = 200

/** What a service saw, for tests and for the operations app. Never a key, never a password. */
export type SeenRequest = {
  id: number
  at: string
  service: string
  method: string
  path: string
  scenario: string
  status: number | null
  /** `running` until the service is done; `aborted` when the caller hung up first. */
  outcome: 'running' | 'completed' | 'failed' | 'aborted'
  detail: Record<string, unknown>
}

export type RequestLog = {
  add(seen: Omit<SeenRequest, 'id' | 'at' | 'status' | 'outcome'>): SeenRequest
  list(service?: string): SeenRequest[]
  clear(): void
}

export function createRequestLog(now: () => Date): RequestLog {
  let entries: SeenRequest[] = []
  let nextId = 1
  return {
    add(seen) {
      const entry: SeenRequest = {
        id: nextId++,
        at: now().toISOString(),
        ...seen,
        status: null,
        outcome: 'running',
      }
      entries.push(entry)
      // Cut in batches: shifting on each request would move the array every time.
      if (entries.length > KEPT_REQUESTS * 2) entries = entries.slice(-KEPT_REQUESTS)
      return entry
    },
    list: (service) =>
      entries
        .filter((entry) => service === undefined || entry.service === service)
        .slice(-KEPT_REQUESTS),
    clear() {
      entries = []
    },
  }
}
