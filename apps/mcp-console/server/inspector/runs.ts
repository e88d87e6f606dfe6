import { sanitizeValue } from '@minato/platform/log'
import type { Gateway } from '../gateway/gateway.ts'
import { type Params, type Result, RpcError, TIMED_OUT } from '../gateway/json-rpc.ts'
import { capResult } from '../gateway/output-cap.ts'
import { sanitizeDeep } from '../gateway/scan.ts'
import type { CallOutcome } from '../gateway/tables.ts'
import { httpError } from './inspected.ts'

export type RunKind = 'tool' | 'resource' | 'prompt'

type Run = {
  ref: string
  userId: string
  kind: RunKind
  name: string
  params: Params
  arguments: Params
}

export type Ran = { id: string; durationMs: number; outcome: CallOutcome; result: Result }

const METHODS = { tool: 'tools/call', resource: 'resources/read', prompt: 'prompts/get' } as const

/**
 * Runs a tool, reads a resource or gets a prompt, and keeps it in the person's history: arguments
 * with secrets masked, the result scanned and capped like the gateway's.
 */
export async function run(gateway: Gateway, run: Run): Promise<Ran> {
  const { callTimeoutMs: timeoutMs, maxOutputBytes } = gateway.services.appConfig
  const startedAt = performance.now()
  const took = () => Math.round((performance.now() - startedAt) * 1000) / 1000
  try {
    const raw = await gateway.pool.call(run.ref, undefined, METHODS[run.kind], run.params, {
      timeoutMs,
    })
    let result = sanitizeDeep(raw)
    if (Buffer.byteLength(JSON.stringify(result)) > maxOutputBytes) {
      result = capResult(result, maxOutputBytes)
    }
    const outcome = result['isError'] === true ? 'tool-error' : 'ok'
    const durationMs = took()
    return {
      id: await remember(gateway, run, { outcome, durationMs, result }),
      durationMs,
      outcome,
      result,
    }
  } catch (error) {
    if (error instanceof RpcError) {
      const outcome = error.code === TIMED_OUT ? 'timeout' : 'error'
      const result = { error: { code: error.code, message: sanitizeDeep(error.message) } }
      await remember(gateway, run, { outcome, durationMs: took(), result })
    }
    throw httpError(error, run.ref)
  }
}

/** Longer results are shown once and not kept. */
const MAX_KEPT_BYTES = 64 * 1024

async function remember(
  { db, services }: Gateway,
  { ref, userId, kind, name, arguments: given }: Run,
  { outcome, durationMs, result }: Omit<Ran, 'id'>,
): Promise<string> {
  const small = Buffer.byteLength(JSON.stringify(result)) <= MAX_KEPT_BYTES
  const row = await db
    .insertInto('mcp_console.inspector_runs')
    .values({
      at: new Date(services.clock()),
      user_id: userId,
      server_ref: ref,
      kind,
      name: name.slice(0, 500),
      arguments: JSON.stringify(sanitizeValue(given)),
      outcome,
      duration_ms: durationMs,
      result: JSON.stringify(small ? result : capResult(result, MAX_KEPT_BYTES)),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

export async function listRuns({ db }: Gateway, userId: string, ref: string, limit: number) {
  const rows = await db
    .selectFrom('mcp_console.inspector_runs')
    .selectAll()
    .where('user_id', '=', userId)
    .where('server_ref', '=', ref)
    .orderBy('at', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    at: row.at.toISOString(),
    kind: row.kind,
    name: row.name,
    arguments: row.arguments,
    outcome: row.outcome,
    durationMs: row.duration_ms,
    result: row.result,
  }))
}
