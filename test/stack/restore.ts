import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Stack } from './up.ts'

const MINATO = ['/usr/local/bin/node', '/minato/bin/main.ts']
const RESTORE = ['run', '--rm', '--no-deps', '-T', '--entrypoint', '/etc/minato-postgres/restore']

/**
 * A backup in the running stack is proven by a drill; then a table is dropped, and the database is
 * brought back to the moment before, out of the archived write-ahead log.
 */
export async function restore(stack: Stack): Promise<void> {
  proveBackup(stack)
  await backToBeforeTheDrop(stack)
}

function proveBackup(stack: Stack): void {
  const made = stack.exec('worker-blue', [...MINATO, 'backup', '--json'])
  const { id, files } = JSON.parse(made.stdout)
  const { stdout } = stack.exec('worker-blue', [...MINATO, 'drill', '--json'], { mayFail: true })
  const drill = JSON.parse(stdout)
  assert.equal(drill.state, 'passed', JSON.stringify(drill.errorDetail))
  assert.equal(drill.backupId, id)
  assert.ok(files >= 0)
}

async function backToBeforeTheDrop(stack: Stack): Promise<void> {
  const email = `before-${randomUUID()}@quay.test`
  addUser(stack, email)
  await baseBackup(stack)
  const moment = sql(stack, 'select now()')
  // The moment lies between two transactions, so it must differ from both.
  await delay(1500)
  addUser(stack, `after-${randomUUID()}@quay.test`)
  sql(stack, 'drop table chatbot.messages cascade')
  sql(stack, 'select pg_switch_wal()')
  await archived(stack)

  stack.compose(['stop'])
  const restored = stack.compose([...RESTORE, 'postgres-backup', moment])
  assert.match(restored.stdout, /restored to/)
  stack.compose(['up', '--detach', '--no-build', '--wait'])

  assert.equal(sql(stack, `select to_regclass('chatbot.messages') is not null`), 't')
  assert.equal(sql(stack, `select count(*) from minato.users where email = '${email}'`), '1')
  const later = `select count(*) from minato.users where email like 'after-%@quay.test'`
  assert.equal(sql(stack, later), '0', 'what came after the moment is gone')
  const ready = await fetch(`${stack.url}/health/ready`)
  assert.equal(ready.status, 200)
}

function addUser(stack: Stack, email: string): void {
  const args = ['user', 'create', '--email', email, '--role', 'user', '--password-stdin']
  stack.exec('worker-blue', [...MINATO, ...args], { stdin: 'asanagi-no-minato-2026\n' })
}

function sql(stack: Stack, text: string): string {
  const psql = ['psql', '-qXAt', '-v', 'ON_ERROR_STOP=1', '-U', 'postgres', '-d', 'minato', '-c']
  return stack.exec('postgres', [...psql, text]).stdout.trim()
}

async function baseBackup(stack: Stack): Promise<void> {
  await until('a base backup', () => {
    const info = ['pgbackrest', '--stanza=minato', 'info', '--output=json']
    return /"type":"full"/.test(stack.exec('postgres', info, { mayFail: true }).stdout)
  })
}

async function archived(stack: Stack): Promise<void> {
  await until('the write-ahead log in the archive', () => {
    const text = `select coalesce(last_archived_wal, '') >= pg_walfile_name(pg_current_wal_lsn() - 16777216)
      from pg_stat_archiver`
    return sql(stack, text) === 't'
  })
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 120; attempt += 1) {
    if (holds()) return
    await delay(1000)
  }
  throw new Error(`There was not ${what} within two minutes.`)
}
