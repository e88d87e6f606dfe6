import { addressKey } from './address.ts'
import type { MailContext, MailDatabase } from './context.ts'
import type { SuppressionReason } from './tables.ts'

export type Suppression = { address: string; reason: SuppressionReason; createdAt: Date }

/** Stops all mail to an address. The first reason stays. */
export async function suppress(
  { db, clock }: MailContext,
  address: string,
  reason: SuppressionReason,
  tx: MailDatabase = db,
): Promise<void> {
  await tx
    .insertInto('minato.mail_suppressions')
    .values({ address_key: addressKey(address), reason, created_at: new Date(clock()) })
    .onConflict((conflict) => conflict.column('address_key').doNothing())
    .execute()
}

/** Lets mail through again; false when it was not suppressed. */
export async function unsuppress({ db }: MailContext, address: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('minato.mail_suppressions')
    .where('address_key', '=', addressKey(address))
    .executeTakeFirst()
  return numDeletedRows > 0n
}

export async function suppressionOf(
  { db }: MailContext,
  address: string,
): Promise<SuppressionReason | undefined> {
  const row = await db
    .selectFrom('minato.mail_suppressions')
    .select('reason')
    .where('address_key', '=', addressKey(address))
    .executeTakeFirst()
  return row?.reason
}

/** Suppressed addresses, newest first. `cursor` is the offset of the next page. */
export async function listSuppressions(
  { db }: MailContext,
  { cursor, limit = 50 }: { cursor?: string | null | undefined; limit?: number | undefined },
): Promise<{ items: Suppression[]; nextCursor: string | null }> {
  const count = Math.max(1, Math.min(limit, 200))
  const offset = /^\d{1,7}$/.test(cursor ?? '') ? Number(cursor) : 0
  const rows = await db
    .selectFrom('minato.mail_suppressions')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('address_key')
    .offset(offset)
    .limit(count + 1)
    .execute()
  const items = rows.slice(0, count).map((row) => ({
    address: row.address_key,
    reason: row.reason,
    createdAt: row.created_at,
  }))
  return { items, nextCursor: rows.length > count ? String(offset + count) : null }
}
