import type { Readable } from 'node:stream'
import type { Client } from 'pg'
import { to } from 'pg-copy-streams'
import type { Table } from './catalog.ts'

/** Columns that have a value of their own: a generated one is computed again. */
export function columnList({ columns }: Table): string {
  return columns
    .filter(({ stored }) => stored)
    .map(({ name }) => quoted(name))
    .join(', ')
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The rows of a table as PostgreSQL writes them; the server is slowed down to the reader's pace. */
export async function* copyOut(client: Client, table: Table): AsyncGenerator<Buffer, void, void> {
  // COPY of a partitioned table would be empty: its rows are its partitions'.
  const what = table.partitioned
    ? `(select ${columnList(table)} from ${table.name})`
    : `${table.name} (${columnList(table)})`
  const stream: Readable = client.query(to(`copy ${what} to stdout`))
  yield* stream
}
