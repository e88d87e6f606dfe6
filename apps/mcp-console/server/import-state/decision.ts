import type { Database } from '@minato/platform/data'
import type { ConsoleServices } from '../config.ts'
import type { StateFile } from './state-file.ts'

type Reason = { reason: string; en: string; ja: string }

/** What becomes of one row. `write` is called in the transaction that takes everything over. */
export type Decision =
  | { id: string; fate: 'take'; write: (db: Database) => Promise<void> }
  | { id: string; fate: 'already' }
  | ({ id: string; fate: 'leave' } & Reason)

/** What every table's rules may look at. */
export type ImportContext = {
  services: ConsoleServices
  file: StateFile
  /** Where to look for what is there already: the database, or the transaction. */
  db: Database
  ownerId: string | undefined
  fernetKeys: readonly string[]
  /** Hosts that are on the allow-list, or will be. */
  hosts: string[]
  /** Servers that are taken or there: the old id → ours. */
  servers: Map<string, { id: string; url: string }>
}

export function leave(id: string, reason: string, en: string, ja: string): Decision {
  return { id, fate: 'leave', reason, en, ja }
}
