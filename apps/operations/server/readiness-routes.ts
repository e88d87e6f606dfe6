import type { RouteServer, Services } from '@minato/platform/app'
import { auditErrors, auditJob, listRuns, PHASES, readRun } from '@minato/platform/audit'
import { auditedBy, principalOf } from '@minato/platform/http'
import { z } from 'zod'
import { actorFor } from './actor.ts'
import { idParams, listOf, SMALL_BODY } from './request-shapes.ts'

const SEE = { permission: 'operations.view', rate: 'read' } as const
const ACT = { permission: 'operations.manage', rate: 'action' } as const

const bilingual = z.object({ en: z.string(), ja: z.string() })
const phase = z.enum(PHASES)
const counts = z.object({
  pass: z.number(),
  fail: z.number(),
  waived: z.number(),
  skip: z.number(),
})
const summary = z.object({
  id: z.string(),
  startedAt: z.date(),
  finishedAt: z.date(),
  release: z.string(),
  profile: z.string(),
  phases: z.array(phase),
  score: z.number(),
  counts,
  actor: z.string(),
})
const result = z.object({
  id: z.string(),
  phase,
  severity: z.enum(['critical', 'high', 'medium', 'low']),
  title: bilingual,
  why: bilingual,
  mend: bilingual,
  minutes: z.number(),
  seeds: z.array(z.string()),
  status: z.enum(['pass', 'fail', 'skip']),
  evidence: bilingual,
  place: z
    .object({
      file: z.string().optional(),
      line: z.number().optional(),
      variable: z.string().optional(),
      url: z.string().optional(),
    })
    .optional(),
  unevaluated: z.literal(true).optional(),
  waiver: z.object({ owner: z.string(), reason: z.string(), expires: z.string() }).optional(),
})
const whole = summary.extend({
  scores: z.partialRecord(phase, z.number()),
  minutes: z.number(),
  results: z.array(result),
})
const running = z.object({
  id: z.string(),
  state: z.enum(['queued', 'running']),
  progress: z.number(),
  message: bilingual.nullable(),
})

/** What the audit saw, run by run, and a new run as a job. */
export function readinessRoutes(server: RouteServer, services: Services): void {
  const { db, jobs, audit } = services
  server.get(
    '/readiness',
    {
      config: SEE,
      schema: {
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(500).default(60) }),
        response: { 200: listOf(summary).extend({ running: running.nullable() }) },
      },
    },
    async ({ query: { limit } }) => ({
      items: await listRuns(db, limit),
      nextCursor: null,
      running: await runningAudit(services),
    }),
  )
  server.get(
    '/readiness/:id',
    { config: SEE, schema: { params: idParams, response: { 200: whole } } },
    async ({ params: { id } }) => {
      const found = await readRun(db, id)
      if (found === undefined) throw auditErrors.AUDIT_RUN_UNKNOWN()
      const { report, ...rest } = found
      const { scores, minutes, results } = report
      return {
        ...rest,
        scores,
        minutes,
        results: results.map((one) => ({ ...one, seeds: [...one.seeds] })),
      }
    },
  )
  server.post(
    '/readiness',
    {
      config: ACT,
      bodyLimit: SMALL_BODY,
      schema: {
        body: z.object({ phases: z.array(phase).min(1).max(PHASES.length) }),
        response: { 202: z.object({ jobId: z.string() }) },
      },
    },
    async (request, reply) => {
      const actor = actorFor(request).email ?? principalOf(request).userId
      const input = { phases: request.body.phases, actor }
      const job = await jobs.enqueue(auditJob, input, { ownerId: principalOf(request).userId })
      await audit.record({
        ...auditedBy(request),
        ...{ action: 'audit.run', target: `job:${job.id}`, metadata: { phases: input.phases } },
      })
      return reply.code(202).send({ jobId: job.id })
    },
  )
}

async function runningAudit({ jobs }: Services): Promise<z.infer<typeof running> | null> {
  for (const state of ['running', 'queued'] as const) {
    const [found] = (await jobs.list({ name: auditJob.name, state, limit: 1 })).items
    if (found !== undefined) {
      const { id, progress, message } = found
      return { id, state, progress, message }
    }
  }
  return null
}
