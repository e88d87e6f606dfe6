import { randomUUID } from 'node:crypto'
import type { ConsoleServices } from '../config.ts'
import { containerTables } from './store.ts'

const known = new WeakMap<object, Promise<string>>()

/**
 * The mark of this installation (this database). Others may use the same Docker engine: what carries another mark is
 * theirs.
 */
export function instanceOf(services: Pick<ConsoleServices, 'db'>): Promise<string> {
  const found = known.get(services.db)
  if (found !== undefined) return found
  const made = readOrMake(services)
  known.set(services.db, made)
  made.catch(() => known.delete(services.db))
  return made
}

async function readOrMake({ db }: Pick<ConsoleServices, 'db'>): Promise<string> {
  const tables = containerTables(db)
  // Not in the migration: copies of one migrated database would share it.
  await tables
    .insertInto('mcp_console.docker_instance')
    .values({ only: true, id: randomUUID() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const { id } = await tables
    .selectFrom('mcp_console.docker_instance')
    .select('id')
    .executeTakeFirstOrThrow()
  return id
}
