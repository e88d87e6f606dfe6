import { randomUUID } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sqlState } from '../data/index.ts'
import type { BackupDeps } from './context.ts'
import { backupErrors } from './errors.ts'
import { diskPlace } from './open-store.ts'
import { openPgliteTarget, openPostgresTarget, type Target } from './target.ts'

/** A database and a folder of a drill's own; both are gone after `drop`. */
export type Scratch = {
  kind: 'pglite' | 'postgres'
  name: string
  folder: string
  databaseUrl: string | undefined
  open(): Promise<Target>
  drop(): Promise<void>
}

/**
 * On PostgreSQL a new database, else a new embedded one in the data folder's `tmp`.
 * @throws {MinatoError} BACKUP_SCRATCH_FORBIDDEN
 */
export async function openScratch(deps: BackupDeps): Promise<Scratch> {
  const name = `minato_drill_${randomUUID().replaceAll('-', '').slice(0, 12)}`
  const folder = join(scratchBase(deps), name)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const dropFolder = () => rm(folder, { recursive: true, force: true })
  const server = deps.config.backup.drillDatabaseUrl ?? deps.config.data.databaseUrl
  if (server === undefined) {
    return {
      ...{ kind: 'pglite', name, folder, databaseUrl: undefined, drop: dropFolder },
      open: () => openPgliteTarget(join(folder, 'db')),
    }
  }
  try {
    await administer(server.reveal(), `create database ${name}`)
  } catch (error) {
    await dropFolder()
    if (sqlState(error) === '42501') throw backupErrors.BACKUP_SCRATCH_FORBIDDEN()
    throw error
  }
  const url = new URL(server.reveal())
  url.pathname = `/${name}`
  return {
    ...{ kind: 'postgres', name, folder, databaseUrl: url.href },
    open: () => openPostgresTarget(url.href, deps.log),
    async drop() {
      await administer(server.reveal(), `drop database if exists ${name} with (force)`)
      await dropFolder()
    },
  }
}

/** Beside the backups, where there is room for a copy: a container's own folder is a small one in memory. */
function scratchBase({ config, dataDir }: BackupDeps): string {
  const folder = diskPlace(config.backup.url ?? join(dataDir, 'backups'))
  return folder === undefined ? join(dataDir, 'tmp') : join(folder, '.tmp')
}

/** One statement that PostgreSQL takes outside of transactions only. */
export async function administer(url: string, statement: string): Promise<void> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
