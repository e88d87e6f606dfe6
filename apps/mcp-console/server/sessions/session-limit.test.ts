import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import pg from 'pg'
import { skipWithout } from '../../../../test/peers.ts'
import { startPostgres } from '../../../../test/postgres.ts'
import { until } from '../../../../test/until.ts'
import { createSession } from './create-session.ts'
import { createBody } from './schema.ts'
import { openSessionHouse } from './test/session-house.ts'

// Real connections: what runs on one of them only cannot meet at the same moment.
test('ten requests at once make no more sessions than one person may have', {
  skip: skipWithout('postgres'),
}, async () => {
  await using postgres = await startPostgres()
  // Read by testDatabase: its own pool has four connections, one more than there may be sessions.
  process.env['MINATO_TEST_DATABASE_URL'] = postgres.url
  await using house = await openSessionHouse({ MCP_CONSOLE_MAX_SESSIONS: '3' })
  // A connection beside the pool, which the requests may fill.
  const watcher = new pg.Client({ connectionString: postgres.url })
  await watcher.connect()
  await using _watcher = { [Symbol.asyncDispose]: () => watcher.end() }
  const waiting = async (): Promise<boolean> => {
    const { rowCount } = await watcher.query(
      `select 1 from pg_locks where locktype = 'advisory' and not granted`,
    )
    return rowCount !== 0
  }
  let arrived = 0
  // Nothing is started, so that none fails and makes room again. Who has passed the count stays in its transaction
  // until others stand behind it: at the lock, or, without one, past the count as well.
  const enqueue = async () => {
    arrived += 1
    await until('the others come', async () => arrived > 3 || (await waiting()))
    return { id: randomUUID() }
  }
  const services = { ...house.services, jobs: { ...house.services.jobs, enqueue } }
  const spec = createBody.parse({ image: 'minato-test/none', command: ['cat'] })
  const create = (userId: string) => createSession(services, { userId, sessionId: '' }, spec)
  const { id } = house.operator.user
  const made = await Promise.allSettled(Array.from({ length: 10 }, () => create(id)))
  const refused = made.filter((one) => one.status === 'rejected')
  assert.equal(made.length - refused.length, 3)
  for (const { reason } of refused) assert.equal(reason.code, 'MCP_CONSOLE_SESSION_LIMIT')
  assert.ok(await create(randomUUID()), 'another person has room')
})
