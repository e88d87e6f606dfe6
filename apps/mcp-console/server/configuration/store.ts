import type { Database } from '@minato/platform/data'
import { commonErrors } from '@minato/platform/errors'
import { type JSONColumnType, sql } from 'kysely'
import type { ConsoleServices } from '../config.ts'
import { EMPTY_DOCUMENT, type GatewayDocument } from './document.ts'
import { configurationErrors } from './errors.ts'

const TABLE = 'mcp_console.configuration_versions'

type Tables = {
  [TABLE]: {
    version: number
    document: JSONColumnType<GatewayDocument>
    note: string
    restored_from: number | null
    author_id: string | null
    author_email: string | null
    created_at: Date
  }
}

/** Version 0 is what holds before anybody saved. */
export type ConfigurationVersion = {
  version: number
  document: GatewayDocument
  note: string
  restoredFrom: number | null
  author: string | null
  createdAt: string | null
}

type Author = { id: string; email: string } | null

export type NewVersion = {
  base: number
  document: GatewayDocument
  note: string
  restoredFrom?: number
  author: Author
}

const NOTHING_SAVED: ConfigurationVersion = {
  version: 0,
  document: EMPTY_DOCUMENT,
  note: '',
  restoredFrom: null,
  author: null,
  createdAt: null,
}

function tables(db: Database) {
  return db.withTables<Tables>()
}

type Row = {
  version: number
  document: GatewayDocument
  note: string
  restored_from: number | null
  author_email: string | null
  created_at: Date
}

function toVersion(row: Row): ConfigurationVersion {
  const { version, document, note, restored_from, author_email, created_at } = row
  return {
    ...{ version, document, note, restoredFrom: restored_from, author: author_email },
    createdAt: created_at.toISOString(),
  }
}

export async function currentVersion(
  services: Pick<ConsoleServices, 'db'>,
): Promise<ConfigurationVersion> {
  const row = await tables(services.db)
    .selectFrom(TABLE)
    .selectAll()
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row === undefined ? NOTHING_SAVED : toVersion(row)
}

/** @throws {MinatoError} NOT_FOUND */
export async function versionOf(
  services: Pick<ConsoleServices, 'db'>,
  version: number,
): Promise<ConfigurationVersion> {
  if (version === 0) return NOTHING_SAVED
  const row = await tables(services.db)
    .selectFrom(TABLE)
    .selectAll()
    .where('version', '=', version)
    .executeTakeFirst()
  if (row === undefined) throw commonErrors.NOT_FOUND()
  return toVersion(row)
}

/** Newest first, without the documents. */
export async function listVersions(
  services: Pick<ConsoleServices, 'db'>,
  { before, limit }: { before: number | undefined; limit: number },
) {
  let query = tables(services.db)
    .selectFrom(TABLE)
    .select(['version', 'note', 'restored_from', 'author_email', 'created_at'])
  if (before !== undefined) query = query.where('version', '<', before)
  const rows = await query
    .orderBy('version', 'desc')
    .limit(limit + 1)
    .execute()
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return {
    items: rows
      .slice(0, limit)
      .map(({ version, note, restored_from, author_email, created_at }) => ({
        ...{ version, note, restoredFrom: restored_from, author: author_email },
        createdAt: created_at.toISOString(),
      })),
    nextCursor: last === undefined ? null : String(last.version),
  }
}

/**
 * Writes the next version on top of `base`, whole or not at all. Of two who began with the same one,
 * the primary key lets one through.
 * @throws {MinatoError} MCP_CONSOLE_CONFIGURATION_CHANGED
 */
export async function saveVersion(
  services: Pick<ConsoleServices, 'db' | 'clock'>,
  { base, document, note, restoredFrom, author }: NewVersion,
): Promise<ConfigurationVersion> {
  const created_at = new Date(services.clock())
  const text = JSON.stringify(document)
  const written = await sql<Row>`
    insert into mcp_console.configuration_versions
      (version, document, note, restored_from, author_id, author_email, created_at)
    select ${base}::int + 1, ${text}::jsonb, ${note}, ${restoredFrom ?? null}::int,
      ${author?.id ?? null}::uuid, ${author?.email ?? null}, ${created_at}
    where (select coalesce(max(version), 0) from mcp_console.configuration_versions) = ${base}::int
    on conflict (version) do nothing
    returning version, document, note, restored_from, author_email, created_at
  `.execute(services.db)
  const [row] = written.rows
  if (row !== undefined) return toVersion(row)
  const { version: current } = await currentVersion(services)
  throw configurationErrors.MCP_CONSOLE_CONFIGURATION_CHANGED(
    { base, current },
    { members: { currentVersion: current } },
  )
}
