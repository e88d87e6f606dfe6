import { type KeyObject, verify } from 'node:crypto'
import { z } from 'zod'
import { transact } from '../data/index.ts'
import { isMailAddress } from './address.ts'
import type { MailContext, MailDatabase } from './context.ts'
import { mailErrors } from './errors.ts'
import { suppress } from './suppressions.ts'

/** Clocks differ and deliveries wait; a replay inside it is caught by the event's id. */
const TOLERANCE_MS = 10 * 60_000

export type SignedBody = { body: Buffer; signature: string; timestamp: string }

/**
 * ECDSA over SHA-256 of timestamp and raw body (Twilio SendGrid, "Event Webhook Security").
 * @throws MAIL_WEBHOOK_REFUSED
 */
export function checkSignature(key: KeyObject, signed: SignedBody, clock: () => number): void {
  const sentAt = Number(signed.timestamp) * 1000
  const fresh = Math.abs(clock() - sentAt) <= TOLERANCE_MS
  const content = Buffer.concat([Buffer.from(signed.timestamp), signed.body])
  const genuine =
    signed.signature !== '' &&
    verify('sha256', content, key, Buffer.from(signed.signature, 'base64'))
  if (!genuine || !fresh) throw mailErrors.MAIL_WEBHOOK_REFUSED()
}

const eventSchema = z.object({
  event: z.string().max(50),
  email: z.string().max(254),
  sg_event_id: z.string().min(1).max(200),
  'smtp-id': z.string().max(400).optional(),
  type: z.string().max(50).optional(),
  timestamp: z.number().optional(),
})
type MailEvent = z.infer<typeof eventSchema>

/** Acts on each event once, however often it is delivered. Events of kinds we do not know are left alone. */
export async function takeEvents(context: MailContext, body: Buffer): Promise<void> {
  for (const event of readEvents(body)) {
    await transact(context.db, async (tx) => {
      const fresh = await tx
        .insertInto('minato.mail_events')
        .values({ event_id: event.sg_event_id, received_at: new Date(context.clock()) })
        .onConflict((conflict) => conflict.doNothing())
        .returning('event_id')
        .executeTakeFirst()
      if (fresh !== undefined) await take(context, event, tx)
    })
  }
}

function readEvents(body: Buffer): MailEvent[] {
  const parsed = z.array(z.unknown()).max(10_000).safeParse(parseJson(body))
  // One event of a shape we do not know must not hold back the rest.
  return (parsed.data ?? []).flatMap((item) => eventSchema.safeParse(item).data ?? [])
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

async function take(context: MailContext, event: MailEvent, tx: MailDatabase): Promise<void> {
  const at = new Date(context.clock())
  switch (event.event) {
    case 'bounce':
      // "blocked" is the receiving server's mood of the day, not a dead address.
      if (event.type === 'blocked') return
      return undeliverable(context, event, 'bounce', tx)
    case 'dropped':
      await markFailed(event, 'dropped', tx)
      return
    case 'spamreport':
      return undeliverable(context, event, 'complaint', tx)
    case 'open':
      if (context.config.tracking) await markSeen(event, { opened_at: at }, tx)
      return
    case 'click':
      if (context.config.tracking) await markSeen(event, { clicked_at: at }, tx)
      return
  }
}

async function undeliverable(
  context: MailContext,
  event: MailEvent,
  reason: 'bounce' | 'complaint',
  tx: MailDatabase,
): Promise<void> {
  if (!isMailAddress(event.email)) return
  await suppress(context, event.email, reason, tx)
  if (reason === 'bounce') await markFailed(event, 'bounce', tx)
  context.log.warn('mail.undeliverable', { reason })
}

async function markFailed(event: MailEvent, reason: string, tx: MailDatabase): Promise<void> {
  await tx
    .updateTable('minato.mail_outbox')
    .set({ state: 'failed', reason })
    .where('message_id', '=', event['smtp-id'] ?? '')
    .where('state', '=', 'sent')
    .execute()
}

async function markSeen(
  event: MailEvent,
  seen: { opened_at: Date } | { clicked_at: Date },
  tx: MailDatabase,
): Promise<void> {
  await tx
    .updateTable('minato.mail_outbox')
    .set(seen)
    .where('message_id', '=', event['smtp-id'] ?? '')
    .execute()
}
