import type { Selectable } from 'kysely'
import { KeyError } from '../keys/index.ts'
import { addressKey, isListed } from './address.ts'
import type { MailContext } from './context.ts'
import { openBody } from './outbox.ts'
import { suppressionOf } from './suppressions.ts'
import type { MailState, OutboxTable } from './tables.ts'
import { handOver } from './transport.ts'

/** A row this process holds the lease of. */
export type Leased = Pick<
  Selectable<OutboxTable>,
  'id' | 'recipient' | 'template' | 'body' | 'attempts' | 'message_id'
> & { lease_owner: string }

const MAX_ATTEMPTS = 12
const FIRST_DELAY_MS = 30_000
const MAX_DELAY_MS = 3_600_000

/** Sends one leased mail and writes down what came of it. */
export async function deliver(context: MailContext, url: string, row: Leased): Promise<void> {
  const refusal = await refusalOf(context, row.recipient)
  if (refusal !== undefined) return settle(context, row, 'suppressed', refusal)
  try {
    const content = openBody(context.keys, row.id, row.body ?? '')
    await handOver(context, url, {
      to: row.recipient,
      from: context.from,
      messageId: row.message_id,
      content,
    })
  } catch (error) {
    return afterFailure(context, row, error)
  }
  context.log.info('mail.sent', { mailId: row.id, template: row.template })
  await settle(context, row, 'sent', null)
}

async function refusalOf(context: MailContext, recipient: string): Promise<string | undefined> {
  if (!isListed(recipient, context.config.allowTo)) return 'not_listed'
  return suppressionOf(context, addressKey(recipient))
}

async function afterFailure(context: MailContext, row: Leased, error: unknown): Promise<void> {
  const { permanent, reason } = judge(error)
  const final = permanent || row.attempts >= MAX_ATTEMPTS
  const fields = { mailId: row.id, template: row.template, reason, attempts: row.attempts }
  // Not the error itself: the server's words in it name the recipient.
  if (final) context.log.error('mail.failed', fields)
  else context.log.warn('mail.retry', fields)
  if (final) return settle(context, row, 'failed', permanent ? reason : `gave_up:${reason}`)
  context.count.retried.inc({ template: row.template })
  const nextAttemptAt = new Date(context.clock() + delayOf(row.attempts))
  await context.db
    .updateTable('minato.mail_outbox')
    .set({
      state: 'queued',
      lease_owner: null,
      lease_until: null,
      next_attempt_at: nextAttemptAt,
      reason,
    })
    .where('id', '=', row.id)
    .where('lease_owner', '=', row.lease_owner)
    .execute()
}

/** Doubles from half a minute to an hour, with jitter so that a recovering server is not met by all at once. */
function delayOf(attempts: number): number {
  const delay = Math.min(FIRST_DELAY_MS * 2 ** (attempts - 1), MAX_DELAY_MS)
  return delay * (0.75 + Math.random() / 2)
}

/**
 * Whether trying again can help. A 5xx answer about this mail is final (RFC 5321 §4.2.1); a refused password or missing
 * TLS is our configuration's fault, which an operator may mend while the mail waits.
 */
function judge(error: unknown): { permanent: boolean; reason: string } {
  if (error instanceof KeyError) return { permanent: true, reason: 'body_unreadable' }
  const code = fieldOf(error, 'code')
  const answer = fieldOf(error, 'responseCode')
  if (code === 'EAUTH') return { permanent: false, reason: 'sign_in_refused' }
  if (code === 'ETLS') return { permanent: false, reason: 'tls' }
  if (typeof answer === 'number' && answer >= 500) {
    return { permanent: true, reason: `refused:${answer}` }
  }
  if (typeof answer === 'number') return { permanent: false, reason: `deferred:${answer}` }
  return { permanent: false, reason: typeof code === 'string' ? code.toLowerCase() : 'connection' }
}

function fieldOf(error: unknown, name: 'code' | 'responseCode'): unknown {
  return typeof error === 'object' && error !== null && name in error
    ? Reflect.get(error, name)
    : undefined
}

/** The end of a mail: the body is erased. Only the holder of the lease may write it. */
async function settle(
  { db, clock, count, log }: MailContext,
  row: Leased,
  state: Extract<MailState, 'sent' | 'failed' | 'suppressed'>,
  reason: string | null,
): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('minato.mail_outbox')
    .set({
      state,
      reason,
      body: null,
      lease_owner: null,
      lease_until: null,
      settled_at: new Date(clock()),
    })
    .where('id', '=', row.id)
    .where('lease_owner', '=', row.lease_owner)
    .executeTakeFirst()
  count.settled.inc({ template: row.template, state })
  if (state === 'suppressed') log.info('mail.suppressed', { mailId: row.id, reason })
  // We were so slow that another process took over: it may have gone out twice, under one Message-ID.
  if (numUpdatedRows === 0n) log.warn('mail.lease_lost', { mailId: row.id })
}
