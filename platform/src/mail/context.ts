import type { Kysely } from 'kysely'
import type { KeyRing } from '../keys/index.ts'
import type { Logger } from '../log/index.ts'
import type { Metrics } from '../observe/index.ts'
import type { Outbound } from '../outbound/index.ts'
import type { Mailbox } from './address.ts'
import type { MailConfig } from './config.ts'
import type { MailTables } from './tables.ts'

export type MailDatabase = Kysely<MailTables>

/** What the functions of this concern share. Made once by `createMail`. */
export type MailContext = {
  config: MailConfig
  from: Mailbox
  /** TLS is not asked of a laptop's sandbox, and never waived elsewhere. */
  demandTls: boolean
  db: MailDatabase
  keys: Pick<KeyRing, 'encrypt' | 'decrypt'>
  clock: () => number
  log: Logger
  outbound: Pick<Outbound, 'connect'>
  count: { settled: ReturnType<Metrics['counter']>; retried: ReturnType<Metrics['counter']> }
}
