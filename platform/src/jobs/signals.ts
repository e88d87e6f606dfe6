import { type RawBuilder, sql } from 'kysely'

/** One channel of the database tells workers what is due and what must stop. */
export const CHANNEL = 'minato_jobs'

export type Signal = { kind: 'due'; name: string } | { kind: 'stop'; id: string }

/** An expression that notifies when the transaction around it is committed. */
export function notifyOf(signal: Signal): RawBuilder<unknown> {
  const payload = signal.kind === 'due' ? `due:${signal.name}` : `stop:${signal.id}`
  return sql`pg_notify(${CHANNEL}, ${payload})`
}

/** What a notification says; undefined for one of a newer release. */
export function readSignal(payload: string): Signal | undefined {
  const colon = payload.indexOf(':')
  const [kind, rest] = [payload.slice(0, colon), payload.slice(colon + 1)]
  if (kind === 'due') return { kind, name: rest }
  if (kind === 'stop') return { kind, id: rest }
  return undefined
}
