import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { sql } from 'kysely'
import { skipWithout } from '../../../../test/peers.ts'
import { startPostgres } from '../../../../test/postgres.ts'
import { createSession } from './create-session.ts'
import { createBody } from './schema.ts'
import { openSessionHouse } from './test/session-house.ts'

// Real connections: what runs on one of them only cannot meet at the same moment.
test('ten requests at once make no more sessions than one person may have', {
  skip: skipWithout('postgres'),
}, async () => {
  await using postgres = await startPostgres()
  const env = { MCP_CONSOLE_MAX_SESSIONS: '3', DATABASE_URL: postgres.url }
  await using house = await openSessionHouse(env)
  // Nothing is started, so that none fails and makes room again.
  const jobs = { ...house.services.jobs, enqueue: async () => ({ id: randomUUID() }) }
  const services = { ...house.services, jobs }
  const spec = createBody.parse({ image: 'minato-test/none', command: ['cat'] })
  const create = (userId: string) => createSession(services, { userId, sessionId: '' }, spec)
  const { id } = house.operator.user
  // As many connections as requests are open before: who waits for one comes too late to overtake.
  const connect = () => sql`select pg_sleep(0.2)`.execute(services.db)
  await Promise.all(Array.from({ length: 10 }, connect))
  const made = await Promise.allSettled([
    ...Array.from({ length: 10 }, () => create(id)),
    create(randomUUID()),
  ])
  assert.equal(made.pop()?.status, 'fulfilled', 'another person has room')
  const refused = made.filter((one) => one.status === 'rejected')
  assert.equal(made.length - refused.length, 3)
  for (const { reason } of refused) assert.equal(reason.code, 'MCP_CONSOLE_SESSION_LIMIT')
})
