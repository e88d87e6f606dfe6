export { createBatch } from './batch.ts'
export { contractFaults, describeFault } from './contracts.ts'
export { escapeCell, NULL_CELL, unescapeCell } from './copy-cell.ts'
export { dataConfig } from './data-config.ts'
export {
  type Database,
  type DatabaseKind,
  type Listen,
  type OpenDatabase,
  openPglite,
  openPostgres,
  pgliteOf,
} from './database.ts'
export { dataErrors } from './errors.ts'
export { type MigrationStatus, migrate, migrationStatus, splitStatements } from './migrate.ts'
export { type Migration, type MigrationFolder, readMigrations } from './migrations.ts'
export { isDatabaseDown, sqlState, transact } from './transact.ts'
