import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { sql } from 'kysely'
import { getConstructionPlans } from 'pg-boss'
import { testDatabase } from '../data/testing.ts'
import { createLogger } from '../log/index.ts'
import { openBoss } from './boss.ts'

const MIGRATION = '../../migrations/20261122004000_jobs_queue.expand.sql'
const bare = (text: string) =>
  text
    .replace(/^--.*$/gm, '')
    .replace(/[\s;]+/g, ' ')
    .trim()

test('the migration is the schema of the installed pg-boss', async () => {
  const plan = bare(getConstructionPlans('pgboss'))
  const own = bare(await readFile(join(import.meta.dirname, MIGRATION), 'utf8'))
  assert.ok(plan.includes(own), 'write a migration with getMigrationPlans, see the README')
  // What is left out is the transaction and its lock, which the migration runner brings.
  assert.ok(plan.length - own.length < 300)
})

test('pg-boss finds nothing amiss in it', { timeout: 60_000 }, async () => {
  await using t = await testDatabase({ apps: [] })
  const boss = await openBoss(t.db, createLogger({ level: 'fatal' }))
  const { ok, extraIndexes: _, ...report } = await boss.detectSchemaDrift()
  assert.ok(ok, JSON.stringify(report))
  await boss.supervise()
  await boss.stop({ graceful: false, close: false })
})

test('lists of 100,000 jobs are read by an index', { timeout: 120_000 }, async () => {
  await using t = await testDatabase({ apps: [] })
  await sql`select pgboss.create_queue('trial.many', '{"policy": "standard"}')`.execute(t.db)
  await sql`
    insert into pgboss.job_common (name, state, group_id, created_on, completed_on, heartbeat_on)
    select 'trial.many', (case when n % 1000 = 0 then 'failed' else 'completed' end)::pgboss.job_state,
      'owner ' || n % 1000, now() - n * interval '1 s', now() - n * interval '1 s', now()
    from generate_series(1, 100000) n`.execute(t.db)
  await sql`analyze pgboss.job_common`.execute(t.db)
  const order = 'order by j.created_on desc, j.id desc limit 51'
  const statements = [
    `select * from pgboss.job j where j.name in ('trial.many', 'trial.other') ${order}`,
    `select * from pgboss.job j where j.name = 'trial.many' ${order}`,
    `select * from pgboss.job j where j.name in ('trial.many', 'trial.other') and j.group_id = 'owner 7' ${order}`,
    `select * from pgboss.job j where j.name in ('trial.many', 'trial.other') and j.state = 'failed' ${order}`,
    `select * from pgboss.job j where j.name in ('trial.many', 'trial.other')
       and (j.created_on, j.id) < (now() - interval '5 hours', '5f0b1c3e-7a55-4c55-8d55-0123456789ab'::uuid) ${order}`,
    "select * from pgboss.job where name in ('trial.many', 'trial.other') and id = '5f0b1c3e-7a55-4c55-8d55-0123456789ab'",
    "select id from pgboss.job_common where state = 'active' and heartbeat_on < now() - interval '20 s'",
    "select 1 from pgboss.job_common where name = 'trial.many' and state < 'active' and not blocked and start_after <= now()",
  ]
  for (const statement of statements) {
    const { rows } = await sql.raw(`explain ${statement}`).execute(t.db)
    assert.doesNotMatch(JSON.stringify(rows), /Seq Scan/, statement)
  }
})
