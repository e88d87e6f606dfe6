import { z } from 'zod'
import { migrationFolders } from '../app/system.ts'
import { migrationStatus, readMigrations } from '../data/index.ts'
import { defineOperation } from './operation.ts'

/** The state of an embedded database, which only the server that owns it can read. */
export const migrateOperations = [
  defineOperation({
    name: 'migrate.status',
    input: z.object({}),
    run: async (services, _input, { root, apps }) =>
      await migrationStatus(services.db, await readMigrations(migrationFolders(root, apps))),
  }),
]
