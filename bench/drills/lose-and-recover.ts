import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { asServer, type TestPostgres } from '../../test/postgres.ts'

export type ArchiveFound = {
  /** From the last heartbeat that came back to the loss of the disk. */
  rpoMs: number
  /** From the loss until the recovered database takes writes. */
  rtoMs: number
  backupMs: number
  heartbeats: number
  recovered: number
}

export type Archive = {
  settings: string[]
  prepare(server: TestPostgres): void
  /** Runs pgBackRest as the account that owns the cluster; undefined where it is not installed. */
  pgbackrest: ((args: string[]) => void) | undefined
}

const PROGRAM = '/usr/bin/pgbackrest'

/** The settings of deploy/postgres, with a repository in `folder`. */
export function archiveSettings(folder: string): Archive {
  if (!existsSync(PROGRAM)) {
    return { settings: [], prepare: () => undefined, pgbackrest: undefined }
  }
  const config = join(folder, 'pgbackrest.conf')
  const repository = join(folder, 'repository')
  mkdirSync(repository, { mode: 0o777 })
  execFileSync('chmod', ['777', repository])
  const pgbackrest = (args: string[]): void => {
    const all = [`--config=${config}`, '--stanza=minato', ...args]
    execFileSync(...asServer(PROGRAM, all), { stdio: ['ignore', 'inherit', 'inherit'] })
  }
  return {
    pgbackrest,
    settings: [
      ...['wal_level=replica', 'archive_mode=on', 'archive_timeout=60s'],
      `archive_command=${PROGRAM} --config=${config} --stanza=minato archive-push %p`,
    ],
    prepare(server) {
      const { port } = new URL(server.url)
      writeFileSync(
        config,
        `[global]
repo1-path=${repository}
repo1-cipher-type=aes-256-cbc
repo1-cipher-pass=only-for-this-drill
repo1-retention-full=2
compress-type=zst
start-fast=y
archive-timeout=600
process-max=2
log-level-console=warn
log-level-file=off
lock-path=${repository}/lock
spool-path=${repository}/spool
[minato]
pg1-path=${server.data}
pg1-port=${port}
pg1-socket-path=${join(server.data, '..')}
pg1-user=minato
pg1-database=postgres
`,
      )
      // Before anything is written: what is not archived from the start on is a backlog at the end.
      pgbackrest(['stanza-create'])
    },
  }
}

/**
 * A base backup, then a heartbeat five times a second; the server is stopped as by a power cut and
 * its disk is emptied. What comes back of the heartbeats is what would not have been lost.
 */
export async function loseAndRecover(
  server: TestPostgres,
  { pgbackrest }: Archive,
  quietSeconds: number,
  say: (line: string) => void,
): Promise<ArchiveFound | undefined> {
  if (pgbackrest === undefined) return undefined
  const began = performance.now()
  pgbackrest(['--type=full', 'backup'])
  const backupMs = Math.round(performance.now() - began)
  const url = new URL('/minato', server.url).href
  say(`Writing a heartbeat for ${quietSeconds} s …`)
  const heartbeats = await beat(url, quietSeconds)
  const lostAt = Date.now()
  await server.stop()
  rmSync(server.data, { recursive: true, force: true })
  say('Recovering from the archive …')
  pgbackrest(['--type=default', 'restore'])
  await server.start()
  const { last, count } = await recovered(url)
  return {
    ...{ backupMs, heartbeats, recovered: count },
    rtoMs: Date.now() - lostAt,
    rpoMs: lostAt - last,
  }
}

async function beat(url: string, seconds: number): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('create table public.heartbeat (at timestamptz not null)')
  await client.query('insert into public.heartbeat values (clock_timestamp())')
  await beginArchived(client)
  const until = Date.now() + seconds * 1000
  let beats = 0
  while (Date.now() < until) {
    await client.query('insert into public.heartbeat values (clock_timestamp())')
    beats += 1
    await delay(200)
  }
  await client.end()
  return beats
}

/** The table itself and one beat are away from the disk before the counting begins. */
async function beginArchived(client: pg.Client): Promise<void> {
  const { rows } = await client.query('select pg_walfile_name(pg_switch_wal()) as file')
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const found = await client.query('select last_archived_wal as file from pg_stat_archiver')
    if ((found.rows[0].file ?? '') >= rows[0].file) return
    await delay(100)
  }
  throw new Error('Nothing was archived within a minute: look at the log of PostgreSQL.')
}

/** Waits until the server has applied the log and takes writes. */
async function recovered(url: string): Promise<{ last: number; count: number }> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      const { rows } = await client.query(
        'select pg_is_in_recovery() as busy, max(at) as last, count(*)::int as count from public.heartbeat',
      )
      if (rows[0].busy === false) return { last: rows[0].last.getTime(), count: rows[0].count }
    } catch {
      // It starts up: asked again.
    } finally {
      await client.end().catch(() => undefined)
    }
    await delay(500)
  }
  throw new Error('The database did not come back within five minutes.')
}
