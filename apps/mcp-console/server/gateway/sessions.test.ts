import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { testDatabase } from '@minato/platform/data/testing'
import type { Bus, News } from './bus.ts'
import { createSessions } from './sessions.ts'
import { type GatewayDatabase, gatewayTables } from './tables.ts'

const IDLE_MS = 3_600_000

/** A bus between processes that are all in this one. */
function buses(count: number): Bus[] {
  const listeners: ((news: News) => void)[] = []
  return Array.from({ length: count }, (_, index) => ({
    id: `p${index}`,
    publish(news) {
      for (const listener of listeners) listener(news)
    },
    subscribe: (listener) => void listeners.push(listener),
    close: () => undefined,
  }))
}

describe('gateway sessions: shared by processes, surviving their restart', () => {
  let database: Awaited<ReturnType<typeof testDatabase>>
  let db: GatewayDatabase
  let profileId: string
  let now = Date.now()
  before(async () => {
    database = await testDatabase({ apps: ['mcp-console'] })
    db = gatewayTables(database.db)
    const at = new Date()
    const row = await db
      .insertInto('mcp_console.profiles')
      .values({
        name: 'p',
        title: 'P',
        enabled: true,
        is_default: true,
        members: null,
        calls_per_minute: null,
        max_concurrent: null,
        timeout_ms: null,
        max_output_bytes: null,
        created_by: randomUUID(),
        created_at: at,
        updated_at: at,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    profileId = row.id
  })
  after(() => database[Symbol.asyncDispose]())

  const start = (bus: Bus) => createSessions({ db, bus, clock: () => now, idleMs: IDLE_MS })
  const values = () => ({
    userId: randomUUID(),
    profileId,
    version: '2025-11-25',
    capabilities: { sampling: {} },
    clientName: 'x',
    clientVersion: '1',
  })

  it('is taken up by another process, and ends in all of them', async () => {
    const [busA, busB] = buses(2) as [Bus, Bus]
    const [a, b] = [start(busA), start(busB)]
    const session = await a.create(values())
    const other = await b.get(session.id)
    assert.deepEqual(other?.capabilities, { sampling: {} })
    assert.equal(other?.userId, session.userId)
    await a.end(session)
    assert.equal(await b.get(session.id), undefined)
    assert.equal(await a.get(session.id), undefined)
    a.close()
    b.close()
  })

  it('keeps log level and subscriptions over a restart', async () => {
    const first = start(buses(1)[0] as Bus)
    const session = await first.create(values())
    session.logLevel = 'debug'
    session.subscriptions = ['a+x://1']
    await first.save(session)
    first.close()
    const second = start(buses(1)[0] as Bus)
    const again = await second.get(session.id)
    assert.equal(again?.logLevel, 'debug')
    assert.deepEqual(again?.subscriptions, ['a+x://1'])
    second.close()
  })

  it('ends by itself when nobody has used it for long', async () => {
    const sessions = start(buses(1)[0] as Bus)
    const { id } = await sessions.create(values())
    now += IDLE_MS + 1000
    assert.equal(await sessions.get(id), undefined)
    assert.equal(sessions.get('no-uuid'), undefined)
    sessions.close()
  })

  it('carries a message to the process that holds the stream', async () => {
    const [busA, busB] = buses(2) as [Bus, Bus]
    const [a, b] = [start(busA), start(busB)]
    const session = await a.create(values())
    const sent: unknown[] = []
    session.stream = {
      send: ({ data }) => sent.push(data) > 0,
      signal: new AbortController().signal,
      end: () => undefined,
    }
    const there = await b.get(session.id)
    assert.ok(there)
    const message = { jsonrpc: '2.0' as const, method: 'notifications/tools/list_changed' }
    b.tell(there, message)
    assert.deepEqual(sent, [message])
    a.close()
    b.close()
  })
})
