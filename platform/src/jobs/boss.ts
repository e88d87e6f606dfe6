import { CompiledQuery } from 'kysely'
import type { PgBoss } from 'pg-boss'
import { type Database, splitStatements } from '../data/index.ts'
import type { Logger } from '../log/index.ts'

/**
 * pg-boss over our own connections, loaded at first use: only workers need it. It fetches jobs (with
 * priorities and limits per owner), removes old ones, and rebuilds its indexes; its schema comes
 * from our migrations.
 */
export async function openBoss(db: Database, log: Logger): Promise<PgBoss> {
  const { PgBoss } = await import('pg-boss')
  const boss = new PgBoss({
    db: { executeSql: (text, values) => execute(db, text, values ?? []) },
    schema: 'pgboss',
    migrate: false,
    createSchema: false,
    schedule: false,
    supervise: true,
    // Flows (jobs that wait for others) are not used; this is the longest pause.
    flowIntervalSeconds: 3600,
  })
  boss.on('error', (error) => log.error('jobs.queue_error', { err: error }))
  boss.on('warning', (warning) => log.warn('jobs.queue_warning', warning))
  await boss.start()
  return boss
}

/** Statements without values may be several, with their own begin and commit: these share a connection. */
async function execute(db: Database, text: string, values: unknown[]) {
  const statements = values.length > 0 ? [text] : splitStatements(text)
  const [only] = statements
  if (statements.length === 1 && only !== undefined) {
    return { rows: (await db.executeQuery(CompiledQuery.raw(only, values))).rows }
  }
  return await db.connection().execute(async (connection) => {
    const rows: unknown[] = []
    try {
      for (const statement of statements) {
        rows.push(...(await connection.executeQuery(CompiledQuery.raw(statement))).rows)
      }
    } catch (error) {
      await connection.executeQuery(CompiledQuery.raw('rollback'))
      throw error
    }
    return { rows }
  })
}
