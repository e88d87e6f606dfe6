import type { EnvelopeItem } from './envelope.ts'

const KEPT = 200

export type SeenEvent = { project: string; type: string; event: unknown }

export type EventStore = {
  /** The one project there is, and the public key of its DSN. */
  project: string
  key: string
  add(project: string, item: EnvelopeItem): void
  list(): SeenEvent[]
  clear(): void
}

/** What clients have sent: the newest events, transactions and reports. */
export function createEventStore(): EventStore {
  let events: SeenEvent[] = []
  return {
    project: '1',
    key: '5a9db0c5a9db0c5a9db0c5a9db0c0001',
    add(project, { type, payload }) {
      events.push({ project, type, event: parsed(payload) })
      if (events.length > KEPT) events = events.slice(-KEPT)
    },
    list: () => [...events],
    clear() {
      events = []
    },
  }
}

/** Relay looks into events later, and drops what is no JSON without a word: here it can be seen. */
function parsed(payload: string): unknown {
  try {
    return JSON.parse(payload)
  } catch {
    return { dropped: 'no JSON', payload: payload.slice(0, 200) }
  }
}
