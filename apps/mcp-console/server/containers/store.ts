import type { Database } from '@minato/platform/data'
import { commonErrors } from '@minato/platform/errors'
import type { Kysely, Selectable } from 'kysely'
import type { ConsoleServices } from '../config.ts'
import type { ContainerTables } from './tables.ts'

export type ContainerRow = Selectable<ContainerTables['mcp_console.containers']>

export function containerTables(db: Database): Kysely<ContainerTables> {
  return db.withTables<ContainerTables>()
}

/** The row with this id. Containers are shared: who may do what is a matter of permissions. */
export async function findContainer(
  services: Pick<ConsoleServices, 'db'>,
  id: string,
): Promise<ContainerRow | undefined> {
  return await containerTables(services.db)
    .selectFrom('mcp_console.containers')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
}

/** @throws {MinatoError} NOT_FOUND */
export async function containerOf(
  services: Pick<ConsoleServices, 'db'>,
  id: string,
): Promise<ContainerRow> {
  const row = await findContainer(services, id)
  if (row === undefined) throw commonErrors.NOT_FOUND()
  return row
}

/** All containers, newest first, or those one person installed. */
export async function listContainers(
  services: Pick<ConsoleServices, 'db'>,
  ownerId?: string,
): Promise<ContainerRow[]> {
  let query = containerTables(services.db).selectFrom('mcp_console.containers').selectAll()
  if (ownerId !== undefined) query = query.where('owner_id', '=', ownerId)
  return await query.orderBy('created_at', 'desc').orderBy('id').execute()
}
