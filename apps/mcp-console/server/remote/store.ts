import type { Database } from '@minato/platform/data'
import { commonErrors } from '@minato/platform/errors'
import type { Kysely, Selectable } from 'kysely'
import type { RemoteTables } from './tables.ts'

export type RemoteDatabase = Kysely<RemoteTables>
export type RemoteServer = Selectable<RemoteTables['mcp_console.remote_servers']>

/** The database with the tables of remote servers. */
export function remoteTables(db: Database): RemoteDatabase {
  return db.withTables<RemoteTables>()
}

/** The remote server of that id, whoever owns it. */
export async function findRemoteServer(
  services: { db: Database },
  id: string,
): Promise<RemoteServer | undefined> {
  return await remoteTables(services.db)
    .selectFrom('mcp_console.remote_servers')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
}

/**
 * The remote server of this owner.
 * @throws {MinatoError} NOT_FOUND, the same for one that never was and one of somebody else.
 */
export async function ownRemoteServer(
  services: { db: Database },
  id: string,
  ownerId: string,
): Promise<RemoteServer> {
  const server = await findRemoteServer(services, id)
  if (server === undefined || server.owner_id !== ownerId) throw commonErrors.NOT_FOUND()
  return server
}
