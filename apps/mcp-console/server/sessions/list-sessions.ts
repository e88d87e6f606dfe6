import { sql } from 'kysely'
import type { ConsoleServices } from '../config.ts'
import { type Session, sessionTables } from './store.ts'

type Page = { cursor?: string | undefined; limit: number }

/** This owner's sessions, the newest first; those that are over stay in the list for a month. */
export async function listSessions(
  { db }: Pick<ConsoleServices, 'db'>,
  ownerId: string,
  page: Page,
): Promise<{ items: Session[]; nextCursor: string | null }> {
  const after = page.cursor === undefined ? undefined : readCursor(page.cursor)
  const rows = await sessionTables(db)
    .selectFrom('mcp_console.sessions')
    .selectAll()
    .where('owner_id', '=', ownerId)
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(created_at, id) < (${after?.at}::timestamptz, ${after?.id}::uuid)`),
    )
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute()
  const items = rows.slice(0, page.limit)
  const last = rows.length > page.limit ? items.at(-1) : undefined
  return { items, nextCursor: last === undefined ? null : writeCursor(last) }
}

function writeCursor(row: Session): string {
  return Buffer.from(`${row.created_at.toISOString()} ${row.id}`).toString('base64url')
}

function readCursor(text: string): { at: string; id: string } | undefined {
  const plain = Buffer.from(text, 'base64url').toString('utf8')
  const [, at, id] = /^(\d{4}-[\dT:.-]+Z) ([\da-f-]{36})$/.exec(plain) ?? []
  return at === undefined || id === undefined ? undefined : { at, id }
}
