import { z } from 'zod'
import { sessionSpec } from './schema.ts'
import type { Session, SessionRun } from './store.ts'

export const sessionView = z.object({
  id: z.string(),
  name: z.string(),
  containerId: z.string().nullable(),
  image: z.string(),
  network: z.boolean(),
  /** Whether it has certificates for mutual TLS. */
  mtls: z.boolean(),
  state: z.enum(['starting', 'running', 'ending', 'ended', 'failed']),
  reason: z.string().nullable(),
  config: z.object({
    timeoutSeconds: z.number(),
    maxOutputBytes: z.number(),
    idleMinutes: z.number(),
  }),
  idleDeadline: z.string(),
  lastUsedAt: z.string(),
  createdAt: z.string(),
  endedAt: z.string().nullable(),
})
export type SessionView = z.infer<typeof sessionView>

export function viewSession(row: Session, now: number): SessionView {
  const isOver = row.state === 'running' && row.idle_deadline.getTime() <= now
  const { network } = sessionSpec.parse(row.spec)
  return {
    id: row.id,
    name: row.name,
    containerId: row.container_id,
    image: row.image,
    network,
    mtls: row.tls_folder !== null,
    state: isOver ? 'ending' : row.state,
    reason: isOver ? 'idle' : row.reason,
    config: {
      timeoutSeconds: row.timeout_seconds,
      maxOutputBytes: row.max_output_bytes,
      idleMinutes: row.idle_ms / 60_000,
    },
    idleDeadline: row.idle_deadline.toISOString(),
    lastUsedAt: row.last_used_at.toISOString(),
    createdAt: row.created_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
  }
}

export const runView = z.object({
  id: z.string(),
  sessionId: z.string(),
  kind: z.enum(['tool', 'command']),
  name: z.string(),
  /** 124 when the time limit ended it; null while it runs. */
  exitCode: z.number().nullable(),
  output: z.string(),
  errorOutput: z.string(),
  structured: z.unknown(),
  truncated: z.boolean(),
  timedOut: z.boolean(),
  durationMs: z.number().nullable(),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
})
export type RunView = z.infer<typeof runView>

export function viewRun(row: SessionRun): RunView {
  return {
    id: row.id,
    sessionId: row.session_id,
    kind: row.kind,
    name: row.name,
    exitCode: row.exit_code,
    output: row.output ?? '',
    errorOutput: row.error_output ?? '',
    structured: row.structured ?? null,
    truncated: row.truncated,
    timedOut: row.timed_out,
    durationMs: row.duration_ms,
    startedAt: row.started_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
  }
}

/** A job's result: whole where it fits into one, else without the outputs and with where they are. */
export type RunResult = Partial<RunView> & { run: string }

const MAX_RESULT_BYTES = 900_000

export function runResult(row: SessionRun): RunResult {
  const run = `/api/mcp-console/sessions/${row.session_id}/runs/${row.id}`
  const view = viewRun(row)
  if (Buffer.byteLength(JSON.stringify(view)) <= MAX_RESULT_BYTES) return { ...view, run }
  const { output: _output, errorOutput: _errors, structured: _structured, ...rest } = view
  return { ...rest, run }
}
