import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { MailContext } from './context.ts'
import { deliver, type Leased } from './deliver.ts'

const POLL_MS = 2_000
/** Longer than any attempt may take, and short enough that a killed sender's mail goes out within a minute. */
const LEASE_MS = 50_000
const ATTEMPT_LIMIT_MS = 40_000
const BATCH = 5
const KEEP_MS = 90 * 86_400_000
const PRUNE_EVERY_MS = 3_600_000

export type Sender = { wake(): void; stop(): Promise<void> }

/**
 * Takes due mails, sends them, and looks again: at once when woken, else every 2 s. Any number of processes may run one;
 * a row is leased to one of them at a time.
 */
export function startSender(context: MailContext): Sender {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let again = false
  let failing = false
  let pruneAt = context.clock() + PRUNE_EVERY_MS
  const { url } = context.config
  if (url === undefined) context.log.warn('mail.not_configured', { variable: 'MAIL_URL' })

  const round = async () => {
    try {
      if (url !== undefined) await deliverDue(context, url.reveal())
      if (context.clock() >= pruneAt) {
        pruneAt = context.clock() + PRUNE_EVERY_MS
        await prune(context)
      }
      if (failing) context.log.info('mail.sender_recovered')
      failing = false
    } catch (error) {
      // The database is away: mail waits with it. One line, not one every two seconds.
      if (!failing) context.log.error('mail.sender_failing', { err: error })
      failing = true
    }
  }
  const run = () => {
    clearTimeout(timer)
    if (stopped) return
    if (running !== undefined) {
      again = true
      return
    }
    again = false
    running = round().finally(() => {
      running = undefined
      if (again) run()
      else if (!stopped) timer = setTimeout(run, POLL_MS)
    })
  }
  run()
  return {
    wake: run,
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}

/** Sends everything that is due now; returns how many mails were taken up. */
export async function deliverDue(context: MailContext, url: string): Promise<number> {
  let taken = 0
  for (;;) {
    const rows = await lease(context)
    taken += rows.length
    await Promise.all(rows.map((row) => withinLimit(deliver(context, url, row))))
    if (rows.length < BATCH) return taken
  }
}

async function withinLimit(work: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('a mail took too long')), ATTEMPT_LIMIT_MS)
  await Promise.race([work, promise]).finally(() => clearTimeout(timer))
}

/** Leases due rows, and those whose holder died. SKIP LOCKED keeps senders out of one another's way. */
async function lease({ db, clock }: MailContext): Promise<Leased[]> {
  const now = new Date(clock())
  const owner = randomUUID()
  const due = db
    .selectFrom('minato.mail_outbox')
    .select('id')
    .where('state', 'in', ['queued', 'sending'])
    .where('next_attempt_at', '<=', now)
    .where((e) => e.or([e('state', '=', 'queued'), e('lease_until', '<', now)]))
    .orderBy('next_attempt_at')
    .limit(BATCH)
    .forUpdate()
    .skipLocked()
  const rows = await db
    .updateTable('minato.mail_outbox')
    .set({
      state: 'sending',
      attempts: sql<number>`attempts + 1`,
      lease_owner: owner,
      lease_until: new Date(clock() + LEASE_MS),
    })
    .where('id', 'in', due)
    .returning(['id', 'recipient', 'template', 'body', 'attempts', 'message_id'])
    .execute()
  return rows.map((row) => ({ ...row, lease_owner: owner }))
}

async function prune({ db, clock }: MailContext): Promise<void> {
  const before = new Date(clock() - KEEP_MS)
  await db.deleteFrom('minato.mail_outbox').where('settled_at', '<', before).execute()
  await db.deleteFrom('minato.mail_events').where('received_at', '<', before).execute()
}
