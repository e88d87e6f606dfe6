import type { RouteServer } from '@minato/platform/app'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { API, type Inner, invalid, mount, refuse, segment, translate } from './inside.ts'

const text = z.string()
const createBody = z.object({
  server_id: text.min(1),
  image: text.min(1),
  env: z.record(text, text).default({}),
  idle_minutes: z.number().int().min(1).max(240).default(30),
})
const limits = {
  max_run_seconds: z.number().int().min(10).max(300).nullish(),
  output_bytes_limit: z.number().int().min(32_000).max(1_000_000).nullish(),
}
const configBody = z.object(limits)
const execBody = z.object({
  tool: text.min(1),
  args: z.array(text).default([]),
  async_mode: z.boolean().default(false),
  ...limits,
})

/** Sessions are kept ten minutes at least here; the old ones could be given one. */
const LEAST_IDLE_MINUTES = 10

type OwnRun = {
  output: string
  errorOutput: string
  exitCode: number | null
  timedOut: boolean
  truncated: boolean
  startedAt: string
  finishedAt: string | null
}

/** Isolated sessions. */
export function sessionRoutes(server: RouteServer, inner: Inner): void {
  mount(server, 'POST', '/api/sessions', async (request, reply) => {
    const body = createBody.safeParse(request.body)
    if (!body.success) return invalid(reply, body.error)
    const { server_id: name, image, env, idle_minutes } = body.data
    const idleMinutes = Math.max(idle_minutes, LEAST_IDLE_MINUTES)
    const payload = { name, image, env, idleMinutes }
    return await translate(inner, request, reply, {
      ask: { method: 'POST', url: `${API}/sessions`, payload },
      shape: ({ body: made }) => ({
        session_id: made['id'],
        container_id: made['containerId'],
        gateway_endpoint: `container://${made['containerId']}`,
        metrics_endpoint: '',
        idle_deadline: made['idleDeadline'],
      }),
    })
  })
  mount(server, 'PATCH', '/api/sessions/:id/config', async (request, reply) => {
    const body = configBody.safeParse(request.body)
    if (!body.success) return invalid(reply, body.error)
    const url = `${API}/sessions/${segment(request, 'id')}/config`
    return await translate(inner, request, reply, {
      ask: { method: 'PATCH', url, payload: ownLimits(body.data) },
      shape: ({ body: changed }) => {
        const config = changed['config'] as { timeoutSeconds: number; maxOutputBytes: number }
        const { timeoutSeconds: max_run_seconds, maxOutputBytes: output_bytes_limit } = config
        return { session_id: changed['id'], runtime: { max_run_seconds, output_bytes_limit } }
      },
    })
  })
  mount(server, 'POST', '/api/sessions/:id/exec', (request, reply) => exec(inner, request, reply))
  mount(server, 'GET', '/api/sessions/:id/jobs/:jobId', (request, reply) =>
    jobStatus(inner, request, reply),
  )
  mount(server, 'DELETE', '/api/sessions/:id', async (request, reply) => {
    const url = `${API}/sessions/${segment(request, 'id')}`
    return await translate(inner, request, reply, {
      ask: { method: 'DELETE', url },
      shape: () => ({ success: true }),
      status: 200,
    })
  })
}

async function exec(inner: Inner, request: FastifyRequest, reply: FastifyReply) {
  const body = execBody.safeParse(request.body)
  if (!body.success) return invalid(reply, body.error)
  const { tool, args, async_mode } = body.data
  const payload = { ...runOf(tool, args), ...ownLimits(body.data) }
  const url = `${API}/sessions/${segment(request, 'id')}/exec?async=${async_mode}`
  return await translate(inner, request, reply, {
    ask: { method: 'POST', url, payload },
    shape: ({ status, body: made }) =>
      status === 202
        ? {
            job_id: made['jobId'],
            status: 'queued',
            queued_at: new Date().toISOString(),
            started_at: null,
            result_url: `/api/jobs/${made['jobId']}`,
          }
        : outcome(made as OwnRun),
    status: 200,
  })
}

/** The arguments of a tool were words: one JSON object, or `name=value`; all else was a command line. */
function runOf(tool: string, args: readonly string[]) {
  const [only] = args
  const whole = args.length === 1 && only !== undefined ? asObject(only) : undefined
  if (whole !== undefined) return { tool, arguments: whole }
  const pairs = args.map((arg) => /^([A-Za-z_]\w*)=(.*)$/s.exec(arg))
  if (pairs.some((pair) => pair === null)) return { command: [tool, ...args] }
  const named = pairs.map((pair): [string, string] => [pair?.[1] ?? '', pair?.[2] ?? ''])
  return { tool, arguments: Object.fromEntries(named) }
}

function asObject(argument: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(argument)
    const object = typeof value === 'object' && value !== null && !Array.isArray(value)
    return object ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function ownLimits({ max_run_seconds, output_bytes_limit }: z.infer<typeof configBody>) {
  return {
    ...(max_run_seconds == null ? {} : { timeoutSeconds: max_run_seconds }),
    ...(output_bytes_limit == null ? {} : { maxOutputBytes: output_bytes_limit }),
  }
}

function outcome(run: OwnRun) {
  return {
    output: `${run.output}${run.errorOutput}`,
    exit_code: run.exitCode,
    timeout: run.timedOut,
    truncated: run.truncated,
    started_at: run.startedAt,
    finished_at: run.finishedAt,
  }
}

/** Our word for a job's state → theirs. */
const STATES: Record<string, string> = {
  queued: 'queued',
  running: 'running',
  succeeded: 'completed',
  failed: 'failed',
  cancelled: 'failed',
}

async function jobStatus(inner: Inner, request: FastifyRequest, reply: FastifyReply) {
  const id = segment(request, 'jobId')
  const job = await inner(request, { method: 'GET', url: `/api/jobs/${id}` })
  if (job.status >= 400) return refuse(reply, job)
  const url = `${API}/sessions/${segment(request, 'id')}/runs/${id}`
  const run = await inner(request, { method: 'GET', url })
  const state = String(job.body['state'])
  // A run is written down when it begins: a queued one has none yet. A job of another session never has.
  if (run.status >= 400 && state !== 'queued') return refuse(reply, run)
  const known = run.status < 400 ? outcome(run.body as OwnRun) : undefined
  return reply.send({
    job_id: job.body['id'],
    status: STATES[state] ?? state,
    output: known?.finished_at ? known.output : null,
    exit_code: known?.exit_code ?? null,
    timeout: known?.timeout ?? false,
    truncated: known?.truncated ?? false,
    started_at: known?.started_at ?? null,
    finished_at: known?.finished_at ?? null,
  })
}
