import type { Kysely } from 'kysely'
import type { Database } from '../data/index.ts'
import type { KeyRing } from '../keys/index.ts'
import type { Logger } from '../log/index.ts'
import type { Metrics } from '../observe/index.ts'
import type { Outbound } from '../outbound/index.ts'
import { parseMailbox } from './address.ts'
import type { MailConfig } from './config.ts'
import type { MailContext } from './context.ts'
import { enqueue, listOutbox, type Message, type OutboxItem, type OutboxQuery } from './outbox.ts'
import { type MailServer, sendgridRoutes } from './routes.ts'
import { deliverDue, type Sender, startSender } from './sender.ts'
import { listSuppressions, type Suppression, suppress, unsuppress } from './suppressions.ts'
import type { MailTables } from './tables.ts'

/** What `createMail` needs of the services. */
export type MailDeps = {
  profile: 'development' | 'test' | 'staging' | 'production'
  config: { mail: MailConfig; core?: { allowSandbox: readonly string[] } }
  db: Database
  keys: Pick<KeyRing, 'encrypt' | 'decrypt'>
  clock: () => number
  log: Logger
  metrics: Pick<Metrics, 'counter'>
  outbound: Pick<Outbound, 'connect'>
}

type Page<T> = { items: T[]; nextCursor: string | null }

export type Mail = {
  /** Writes a mail into the outbox; with `tx` as part of the caller's transaction. */
  send(message: Message, tx?: Database): Promise<{ id: string }>
  list(query?: OutboxQuery): Promise<Page<OutboxItem>>
  suppressions: {
    list(query?: { cursor?: string | null; limit?: number }): Promise<Page<Suppression>>
    add(address: string): Promise<void>
    remove(address: string): Promise<boolean>
  }
  /** Starts sending in this process; the returned function stops it after the mails in hand. */
  startSender(): () => Promise<void>
  /** Sends what is due now, without a sender: for tests. Returns how many mails were taken up. */
  deliverNow(): Promise<number>
  routes(server: MailServer): void
}

/** A mail written inside a transaction can be seen only after its commit: look again shortly. */
const AFTER_COMMIT_MS = [50, 250, 1000]

/**
 * Mail by an outbox: `send` returns when the mail is safely written down, a sender hands it over with retries.
 *
 * @example
 * const mail = createMail(services)
 * await mail.send({ to, template: 'reset', locale: 'ja', data: { url } }, tx)
 */
export function createMail(deps: MailDeps): Mail {
  const context = contextOf(deps)
  const senders = new Set<Sender>()
  const wake = () => {
    for (const sender of senders) sender.wake()
  }
  return {
    async send(message, tx) {
      const queued = await enqueue(context, message, tx?.withTables<MailTables>())
      if (tx === undefined) wake()
      else for (const ms of AFTER_COMMIT_MS) setTimeout(wake, ms).unref()
      return queued
    },
    list: (query = {}) => listOutbox(context, query),
    suppressions: {
      list: (query = {}) => listSuppressions(context, query),
      add: (address) => suppress(context, address, 'manual'),
      remove: (address) => unsuppress(context, address),
    },
    startSender() {
      const sender = startSender(context)
      senders.add(sender)
      return async () => {
        senders.delete(sender)
        await sender.stop()
      }
    },
    async deliverNow() {
      const { url } = context.config
      return url === undefined ? 0 : await deliverDue(context, url.reveal())
    },
    routes: (server) => sendgridRoutes(context, server),
  }
}

function contextOf(deps: MailDeps): MailContext {
  const from = parseMailbox(deps.config.mail.from)
  if (from === undefined) throw new TypeError('MAIL_FROM is not a mailbox')
  const counter = (name: string, help: string, labelNames: string[]) =>
    deps.metrics.counter({ name, help, labelNames })
  return {
    config: deps.config.mail,
    from,
    // A sandbox that was allowed by name has no certificate and delivers nothing.
    demandTls:
      (deps.profile === 'production' || deps.profile === 'staging') &&
      deps.config.core?.allowSandbox.includes('mail') !== true,
    db: (deps.db as Kysely<unknown>).withTables<MailTables>(),
    keys: deps.keys,
    clock: deps.clock,
    log: deps.log,
    outbound: deps.outbound,
    count: {
      settled: counter('mail_settled_total', 'Mails that reached a final state.', [
        'template',
        'state',
      ]),
      retried: counter('mail_retries_total', 'Deliveries put off for another try.', ['template']),
    },
  }
}
