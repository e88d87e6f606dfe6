import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { testDatabase } from '@minato/platform/data/testing'
import type { ConsoleServices } from '../config.ts'
import type { CallEntry } from './call-log.ts'
import { removeOld } from './retention.ts'
import { gatewayTables } from './tables.ts'

const DAY_MS = 86_400_000

test('entries of the record go when they are older than the retention, and no others', async () => {
  await using database = await testDatabase({ apps: ['mcp-console'] })
  const db = gatewayTables(database.db)
  const now = Date.now()
  const entry = (ageMs: number): CallEntry => ({
    at: new Date(now - ageMs),
    user_id: randomUUID(),
    key_id: null,
    profile_id: randomUUID(),
    session_id: null,
    server_ref: 'config:x',
    method: 'tools/call',
    name: 'x',
    duration_ms: 1.5,
    outcome: 'ok',
    error_code: null,
    request_bytes: 1,
    result_bytes: 1,
    masked: false,
    truncated: false,
  })
  await db
    .insertInto('mcp_console.gateway_calls')
    .values([entry(91 * DAY_MS), entry(89 * DAY_MS), entry(0)])
    .execute()
  const appConfig = { callRetentionMs: 90 * DAY_MS, gatewaySessionIdleMs: DAY_MS }
  await removeOld({ db: database.db, clock: () => now, appConfig } as unknown as ConsoleServices)
  const left = await db.selectFrom('mcp_console.gateway_calls').select('at').execute()
  assert.deepEqual(
    left.map(({ at }) => Math.round((now - at.getTime()) / DAY_MS)).sort((a, b) => b - a),
    [89, 0],
  )
})
