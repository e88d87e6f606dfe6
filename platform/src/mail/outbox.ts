import { randomUUID } from 'node:crypto'
import { addressKey, headerLine, mailAddress } from './address.ts'
import type { MailContext, MailDatabase } from './context.ts'
import type { MailState } from './tables.ts'
import { type Locale, type Rendered, render, type TemplateName } from './templates/index.ts'

export type Message = {
  to: string
  template: TemplateName
  /** What the template asks for; times are ISO 8601, links absolute. */
  data: Readonly<Record<string, string>>
  locale: Locale
  /** Sending again under the same key sends nothing and gives back the first mail's id. */
  idempotencyKey?: string | undefined
  kind?: 'transactional'
}

const bodyContext = (id: string) => ({ table: 'minato.mail_outbox', column: 'body', row: id })

/**
 * Writes a mail into the outbox, within the caller's transaction where one is given: it is sent if and only if the rest
 * of the caller's work is committed.
 */
export async function enqueue(
  { clock, keys, from, db }: MailContext,
  message: Message,
  tx: MailDatabase = db,
): Promise<{ id: string }> {
  const recipient = mailAddress(message.to.trim())
  const rendered = render(message.template, message.locale, message.data)
  headerLine(rendered.subject)
  const id = randomUUID()
  const now = new Date(clock())
  const inserted = await tx
    .insertInto('minato.mail_outbox')
    .values({
      id,
      idempotency_key: message.idempotencyKey ?? null,
      recipient,
      template: message.template,
      locale: message.locale,
      kind: message.kind ?? 'transactional',
      state: 'queued',
      body: keys.encrypt(JSON.stringify(rendered), bodyContext(id)),
      next_attempt_at: now,
      // The same for every attempt: a reader that gets a mail twice can tell (RFC 5322 §3.6.4).
      message_id: `<${id}@${from.address.split('@')[1] ?? 'localhost'}>`,
      created_at: now,
    })
    .onConflict((conflict) => conflict.column('idempotency_key').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (inserted !== undefined) return inserted
  return await tx
    .selectFrom('minato.mail_outbox')
    .select('id')
    .where('idempotency_key', '=', message.idempotencyKey ?? '')
    .executeTakeFirstOrThrow()
}

export function openBody(keys: MailContext['keys'], id: string, body: string): Rendered {
  return JSON.parse(keys.decrypt(body, bodyContext(id)).toString('utf8')) as Rendered
}

export type OutboxItem = {
  id: string
  to: string
  template: string
  locale: Locale
  state: MailState
  attempts: number
  reason: string | null
  createdAt: Date
  nextAttemptAt: Date | null
  settledAt: Date | null
  openedAt: Date | null
  clickedAt: Date | null
}

export type OutboxQuery = {
  state?: MailState | undefined
  to?: string | undefined
  cursor?: string | null | undefined
  limit?: number | undefined
}

/** The outbox for operators, newest first. Never a body: it may hold somebody's one-time link. */
export async function listOutbox(
  { db }: MailContext,
  { state, to, cursor, limit = 50 }: OutboxQuery,
): Promise<{ items: OutboxItem[]; nextCursor: string | null }> {
  const count = Math.max(1, Math.min(limit, 200))
  let query = db
    .selectFrom('minato.mail_outbox')
    .select(['id', 'recipient', 'template', 'locale', 'state', 'attempts', 'reason'])
    .select(['created_at', 'next_attempt_at', 'settled_at', 'opened_at', 'clicked_at'])
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(count + 1)
  if (state !== undefined) query = query.where('state', '=', state)
  if (to !== undefined) {
    query = query.where((e) => e(e.fn<string>('lower', ['recipient']), '=', addressKey(to)))
  }
  const after = decodeCursor(cursor)
  if (after !== undefined) {
    query = query.where((e) =>
      e(e.refTuple('created_at', 'id'), '<', e.tuple(after.createdAt, after.id)),
    )
  }
  const rows = await query.execute()
  const items = rows.slice(0, count).map((row) => ({
    id: row.id,
    to: row.recipient,
    template: row.template,
    locale: row.locale,
    state: row.state,
    attempts: row.attempts,
    reason: row.reason,
    createdAt: row.created_at,
    nextAttemptAt: row.settled_at === null ? row.next_attempt_at : null,
    settledAt: row.settled_at,
    openedAt: row.opened_at,
    clickedAt: row.clicked_at,
  }))
  const last = items.at(-1)
  return { items, nextCursor: rows.length > count && last ? encodeCursor(last) : null }
}

function encodeCursor({ createdAt, id }: { createdAt: Date; id: string }): string {
  return Buffer.from(JSON.stringify([createdAt.toISOString(), id])).toString('base64url')
}

/** A cursor that is not ours starts from the top rather than failing. */
function decodeCursor(
  cursor: string | null | undefined,
): { createdAt: Date; id: string } | undefined {
  const text = Buffer.from(cursor ?? '', 'base64url').toString('utf8')
  const match = /^\["(\d{4}-[\dT:.-]{10,30}Z)","([0-9a-f-]{36})"\]$/.exec(text)
  if (match?.[1] === undefined || match[2] === undefined) return undefined
  return { createdAt: new Date(match[1]), id: match[2] }
}
