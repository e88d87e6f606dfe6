import { randomUUID } from 'node:crypto'
import { transact } from '@minato/platform/data'
import { commonErrors } from '@minato/platform/errors'
import { sql } from 'kysely'
import type { ConsoleServices } from '../config.ts'
import { findContainer, savedSpec } from '../containers/index.ts'
import { assertReferences, referencesIn, type VaultOwner } from '../secrets/index.ts'
import { sessionErrors } from './errors.ts'
import { startJob } from './jobs.ts'
import {
  type CreateBody,
  DEFAULT_OUTPUT_BYTES,
  DEFAULT_TIMEOUT_SECONDS,
  type SessionSpec,
  sessionSpec,
} from './schema.ts'
import { sessionTables } from './store.ts'

const MINUTE_MS = 60_000

/**
 * Writes the session down and queues its start, both or neither.
 * @throws {MinatoError} MCP_CONSOLE_REFERENCE_INVALID, MCP_CONSOLE_SESSION_LIMIT
 */
export async function createSession(
  services: ConsoleServices,
  who: VaultOwner,
  body: CreateBody,
): Promise<{ sessionId: string; jobId: string }> {
  const spec = await specOf(services, body)
  assertReferences(spec.env)
  assertReferences(spec.command)
  if (referencesIn(spec.command).length > 0) {
    throw sessionErrors.MCP_CONSOLE_SESSION_REFERENCE_MISPLACED()
  }
  const now = services.clock()
  const sessionId = randomUUID()
  const idleMs =
    body.idleMinutes === undefined ? services.appConfig.sessionIdleMs : body.idleMinutes * MINUTE_MS
  return await transact(services.db, async (transaction) => {
    await assertRoom(services, transaction, who.userId)
    await sessionTables(transaction)
      .insertInto('mcp_console.sessions')
      .values({
        id: sessionId,
        owner_id: who.userId,
        name: body.name ?? spec.image.slice(0, 200),
        container_id: 'containerId' in body ? body.containerId : null,
        image: spec.image,
        spec: JSON.stringify(spec),
        timeout_seconds: body.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
        max_output_bytes: body.maxOutputBytes ?? DEFAULT_OUTPUT_BYTES,
        idle_ms: idleMs,
        state: 'starting',
        idle_deadline: new Date(now + idleMs),
        last_used_at: new Date(now),
        created_at: new Date(now),
      })
      .execute()
    const job = await services.jobs.enqueue(
      startJob,
      { sessionId, who },
      { ownerId: who.userId, transaction },
    )
    return { sessionId, jobId: job.id }
  })
}

async function specOf(services: ConsoleServices, body: CreateBody): Promise<SessionSpec> {
  if (!('containerId' in body)) return sessionSpec.parse(body)
  const row = await findContainer(services, body.containerId)
  if (row === undefined) throw commonErrors.NOT_FOUND()
  const { image, command, env, transport } = savedSpec(row.config)
  // A server that listens for HTTP in clear text has no mutual TLS to offer; its tools then need stdio.
  return sessionSpec.parse({
    image,
    command: transport === 'stdio' ? command : [],
    env,
    network: body.network,
  })
}

/** Counted in the transaction that adds one, by one of a person's requests at a time, whichever process it reached. */
async function assertRoom(
  services: ConsoleServices,
  db: ConsoleServices['db'],
  ownerId: string,
): Promise<void> {
  const lock = `mcp-console.sessions:${ownerId}`
  await sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`.execute(db)
  const { count } = await sessionTables(db)
    .selectFrom('mcp_console.sessions')
    .select((is) => is.fn.countAll<number>().as('count'))
    .where('owner_id', '=', ownerId)
    .where('state', 'in', ['starting', 'running'])
    .executeTakeFirstOrThrow()
  const max = services.appConfig.maxSessions
  if (Number(count) >= max) throw sessionErrors.MCP_CONSOLE_SESSION_LIMIT({ count, max })
}
