import type { ContainerInspectInfo } from 'dockerode'
import type { ConsoleServices } from '../config.ts'
import { beginEnd, cleanSession } from './end-session.ts'
import { sessionErrors } from './errors.ts'
import { finishOutput, maskSecrets } from './output.ts'
import { runCommand } from './run-command.ts'
import { EXIT_KILLED, type Outcome, type RunLimits } from './run-outcome.ts'
import { type RunBody, type SessionSpec, sessionSpec } from './schema.ts'
import { inspectSession, secretsOf } from './session-container.ts'
import { type Session, type SessionRun, sessionTables, touchSession } from './store.ts'

/** Beyond the limit of the output: a secret at its end must be seen whole to be masked. */
const SPELLING_FACTOR = 4
const GRACE_MS = 60_000

/**
 * Runs a tool or a command in a session and keeps what came of it, the values of its references masked.
 * @throws {MinatoError} MCP_CONSOLE_SESSION_ENDED, MCP_CONSOLE_SESSION_RUN_LOST, MCP_CONSOLE_SESSION_TOOL_FAILED
 */
export async function runInSession(
  services: ConsoleServices,
  runId: string,
  sessionId: string,
  body: RunBody,
  signal: AbortSignal,
): Promise<SessionRun> {
  const timeoutMs = (body.timeoutSeconds ?? 0) * 1000
  const session = await touchSession(services, sessionId, timeoutMs + GRACE_MS)
  const spec = sessionSpec.parse(session.spec)
  const info = await running(services, session)
  const startedAt = services.clock()
  await begin(services, runId, sessionId, body)
  const secrets = secretsOf(info, spec)
  const maxBytes = body.maxOutputBytes ?? session.max_output_bytes
  const longest = Math.max(0, ...secrets.map((secret) => secret.length)) * SPELLING_FACTOR
  const limits: RunLimits = {
    timeoutMs: timeoutMs || session.timeout_seconds * 1000,
    keepBytes: maxBytes + longest,
  }
  const place = { sessionId, spec, info }
  const outcome = await perform(services, place, { runId, body }, limits, signal).catch(
    async (error: unknown) => {
      await abandon(services, runId)
      throw error
    },
  )
  const row = await finish(services, runId, outcome, {
    secrets,
    maxBytes,
    longest,
    durationMs: services.clock() - startedAt,
  })
  await touchSession(services, sessionId).catch((error: Error) => {
    services.log.info('mcp_console.session_ended_in_run', { sessionId, err: error })
  })
  return row
}

type Place = { sessionId: string; spec: SessionSpec; info: ContainerInspectInfo }

async function perform(
  services: ConsoleServices,
  place: Place,
  { runId, body }: { runId: string; body: RunBody },
  limits: RunLimits,
  signal: AbortSignal,
): Promise<Outcome> {
  if ('tool' in body) {
    const { runTool } = await import('./run-tool.ts')
    return await runTool(services, place, body, limits, signal)
  }
  const run = { id: runId, command: body.command }
  return await runCommand(services, place.info.Id, run, limits, signal)
}

async function running(services: ConsoleServices, session: Session): Promise<ContainerInspectInfo> {
  const { docker_id: dockerId } = session
  const info = dockerId === null ? undefined : await inspectSession(services, dockerId)
  if (info?.State.Running === true) return info
  if (await beginEnd(services, session.id, 'exited')) await cleanSession(services, session)
  throw sessionErrors.MCP_CONSOLE_SESSION_ENDED({ state: 'ended', reason: 'exited' })
}

/** A run that a dead worker has begun is not done again: nobody knows how far it came. */
async function begin(
  services: ConsoleServices,
  runId: string,
  sessionId: string,
  body: RunBody,
): Promise<void> {
  const begun = await sessionTables(services.db)
    .insertInto('mcp_console.session_runs')
    .values({
      id: runId,
      session_id: sessionId,
      kind: 'tool' in body ? 'tool' : 'command',
      name: 'tool' in body ? body.tool : (body.command[0] ?? '').slice(0, 200),
      started_at: new Date(services.clock()),
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  if (begun.numInsertedOrUpdatedRows !== 0n) return
  await abandon(services, runId)
  throw sessionErrors.MCP_CONSOLE_SESSION_RUN_LOST()
}

/** A run of which nothing more will come. */
async function abandon(services: ConsoleServices, runId: string): Promise<void> {
  await sessionTables(services.db)
    .updateTable('mcp_console.session_runs')
    .set({ exit_code: EXIT_KILLED, finished_at: new Date(services.clock()) })
    .where('id', '=', runId)
    .where('finished_at', 'is', null)
    .execute()
}

async function finish(
  services: ConsoleServices,
  runId: string,
  outcome: Outcome,
  options: { secrets: string[]; maxBytes: number; longest: number; durationMs: number },
): Promise<SessionRun> {
  const { secrets, maxBytes, longest, durationMs } = options
  const cut = finishOutput(outcome, secrets, { maxBytes, unseenTail: longest })
  const structured =
    outcome.structured === undefined || cut.truncated
      ? null
      : maskSecrets(JSON.stringify(outcome.structured), secrets)
  return await sessionTables(services.db)
    .updateTable('mcp_console.session_runs')
    .set({
      exit_code: outcome.exitCode,
      // PostgreSQL's text holds every character but this one.
      output: cut.output.replaceAll('\0', '\uFFFD'),
      error_output: cut.errorOutput.replaceAll('\0', '\uFFFD'),
      structured,
      truncated: cut.truncated,
      timed_out: outcome.timedOut,
      duration_ms: durationMs,
      finished_at: new Date(services.clock()),
    })
    .where('id', '=', runId)
    .returningAll()
    .executeTakeFirstOrThrow()
}
