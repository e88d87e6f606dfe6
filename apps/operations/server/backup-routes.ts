import type { RouteServer, Services } from '@minato/platform/app'
import { backupJob, drillJob } from '@minato/platform/backup'
import { defineErrors } from '@minato/platform/errors'
import { principalOf } from '@minato/platform/http'
import { z } from 'zod'
import { actorFor } from './actor.ts'
import { idParams, SMALL_BODY } from './request-shapes.ts'

const SEE = { permission: 'operations.view', rate: 'read' } as const
const ACT = { permission: 'operations.manage', rate: 'action' } as const

const errors = defineErrors({
  OPERATIONS_DRILL_NOT_FOUND: {
    status: 404,
    title: { en: 'No such drill', ja: '復元訓練が見つかりません' },
    detail: {
      en: 'There is no drill with this id. Choose one from the list.',
      ja: 'この ID の復元訓練はありません。一覧から選び直してください。',
    },
  },
})

const bilingual = z.object({ en: z.string(), ja: z.string() })

const backup = z.object({
  id: z.string(),
  state: z.enum(['running', 'done', 'failed', 'deleted']),
  proof: z.enum(['proven', 'unproven', 'failed']),
  reason: z.string(),
  note: z.string(),
  place: z.string(),
  startedAt: z.date(),
  finishedAt: z.date().nullable(),
  snapshotAt: z.date().nullable(),
  bytes: z.number().nullable(),
  tables: z.number().nullable(),
  rows: z.number().nullable(),
  files: z.number().nullable(),
  keyIds: z.array(z.string()),
  release: z.string(),
  leftOut: z.array(z.string()),
  errorCode: z.string().nullable(),
  errorDetail: bilingual.nullable(),
})

const drill = z.object({
  id: z.string(),
  backupId: z.string().nullable(),
  state: z.enum(['running', 'passed', 'failed']),
  startedAt: z.date(),
  finishedAt: z.date().nullable(),
  rpoMs: z.number().nullable(),
  rtoMs: z.number().nullable(),
  errorCode: z.string().nullable(),
  errorDetail: bilingual.nullable(),
  checks: z.array(
    z.object({
      name: z.string(),
      status: z.enum(['passed', 'failed', 'skipped']),
      evidence: bilingual,
      durationMs: z.number(),
    }),
  ),
})

const running = z.object({
  id: z.string(),
  kind: z.enum(['backup', 'drill']),
  progress: z.number(),
  message: bilingual.nullable(),
})

/** What was backed up and proven, and both as jobs. */
export function backupRoutes(server: RouteServer, services: Services): void {
  const { backups, config } = services
  const answer = z.object({
    items: z.array(backup),
    nextCursor: z.null(),
    running: z.array(running),
    retentionDays: z.number(),
    maxAgeMs: z.number(),
  })
  server.get('/backups', { config: SEE, schema: { response: { 200: answer } } }, async () => ({
    items: (await backups.list()).filter(({ state }) => state !== 'deleted'),
    nextCursor: null,
    running: await runningJobs(services),
    retentionDays: config.backup.retentionDays,
    maxAgeMs: config.backup.maxAgeMs,
  }))
  const list = z.object({ items: z.array(drill), nextCursor: z.null() })
  server.get('/drills', { config: SEE, schema: { response: { 200: list } } }, async () => ({
    items: await backups.drills(),
    nextCursor: null,
  }))
  server.get(
    '/drills/:id',
    { config: SEE, schema: { params: idParams, response: { 200: drill } } },
    async (request) => {
      const found = (await backups.drills()).find(({ id }) => id === request.params.id)
      if (found === undefined) throw errors.OPERATIONS_DRILL_NOT_FOUND()
      return found
    },
  )
  actRoutes(server, services)
}

function actRoutes(server: RouteServer, { jobs, audit }: Services): void {
  const queued = z.object({ jobId: z.string() })
  const body = z.object({ note: z.string().max(500).default('') })
  server.post(
    '/backups',
    { config: ACT, bodyLimit: SMALL_BODY, schema: { body, response: { 202: queued } } },
    async (request, reply) => {
      const { id, email } = actorFor(request)
      const input = { reason: 'manual', note: request.body.note }
      const job = await jobs.enqueue(backupJob, input, { ownerId: principalOf(request).userId })
      await audit.record({
        ...{ actorId: id, actorEmail: email, action: 'backup.create', target: `job:${job.id}` },
        ...{ ip: request.ip, requestId: request.id },
      })
      return reply.code(202).send({ jobId: job.id })
    },
  )
  const which = z.object({ backupId: z.string().max(40).optional() })
  server.post(
    '/drills',
    { config: ACT, bodyLimit: SMALL_BODY, schema: { body: which, response: { 202: queued } } },
    async (request, reply) => {
      const { id, email } = actorFor(request)
      const job = await jobs.enqueue(drillJob, request.body, {
        ownerId: principalOf(request).userId,
      })
      await audit.record({
        ...{ actorId: id, actorEmail: email, action: 'backup.drill', target: `job:${job.id}` },
        ...{ ip: request.ip, requestId: request.id },
      })
      return reply.code(202).send({ jobId: job.id })
    },
  )
}

async function runningJobs({ jobs }: Services): Promise<z.infer<typeof running>[]> {
  const found = await Promise.all(
    ([backupJob.name, drillJob.name] as const).flatMap((name) =>
      (['running', 'queued'] as const).map((state) => jobs.list({ name, state, limit: 5 })),
    ),
  )
  return found
    .flatMap(({ items }) => items)
    .map(({ id, name, progress, message }) => ({
      ...{ id, progress, message },
      kind: name === backupJob.name ? ('backup' as const) : ('drill' as const),
    }))
}
