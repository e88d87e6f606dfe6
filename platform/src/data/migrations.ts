import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { contractsOf } from './contracts.ts'
import { dataErrors } from './errors.ts'
import { lintMigration } from './lint.ts'

export type Migration = {
  /** `minato` for the platform, else the app's name with underscores: also its schema. */
  owner: string
  id: string
  kind: 'expand' | 'contract'
  sql: string
  checksum: string
  /** What a contract migration completes, as `owner/id`; empty for the others. */
  contracts: readonly string[]
}

export type MigrationFolder = { owner: string; folder: string }

const NAME = /^(\d{14})_[a-z0-9_]+\.(expand|contract)\.sql$/

/**
 * Reads the migration files of every owner, oldest first, the platform's before the apps'.
 * @throws {MinatoError} DATA_MIGRATION_INVALID for a wrong name or dangerous DDL.
 */
export async function readMigrations(folders: readonly MigrationFolder[]): Promise<Migration[]> {
  const migrations: Migration[] = []
  for (const { owner, folder } of folders) {
    if (!existsSync(folder)) continue
    for (const file of (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()) {
      const kind = NAME.exec(file)?.[2]
      if (kind !== 'expand' && kind !== 'contract') {
        throw dataErrors.DATA_MIGRATION_INVALID({
          file: `${owner}/${file}`,
          reason: 'the name must be YYYYMMDDHHMMSS_name.expand.sql or .contract.sql',
        })
      }
      const sql = await readFile(join(folder, file), 'utf8')
      const contracts = kind === 'contract' ? contractsOf(owner, sql) : []
      const finding = lintMigration(sql, kind, file) ?? unnamed(kind, contracts)
      if (finding !== undefined) {
        throw dataErrors.DATA_MIGRATION_INVALID({ file: `${owner}/${file}`, reason: finding })
      }
      const id = file.replace(/\.(expand|contract)\.sql$/, '')
      migrations.push({ owner, id, kind, sql, checksum: checksumOf(sql), contracts })
    }
  }
  return migrations
}

function unnamed(kind: Migration['kind'], contracts: readonly string[]): string | undefined {
  return kind === 'expand' || contracts.length > 0
    ? undefined
    : 'say what it completes in a line `-- contracts: <id of the expand migration>`'
}

function checksumOf(sql: string): string {
  return createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex')
}
