import type { RouteServer, Services } from '@minato/platform/app'
import { deployRecord, findDeploy, listDeploys, listProcesses } from '@minato/platform/deploy'
import { defineErrors } from '@minato/platform/errors'
import { z } from 'zod'
import { idParams, listOf, paging } from './request-shapes.ts'

const VIEW = { permission: 'operations.view', rate: 'read' } as const

const errors = defineErrors({
  OPERATIONS_DEPLOY_UNKNOWN: {
    status: 404,
    title: { en: 'No such deploy', ja: 'デプロイが見つかりません' },
    detail: {
      en: 'There is no deploy with this id. Choose one from the list.',
      ja: 'この ID のデプロイはありません。一覧から選び直してください。',
    },
  },
})

const process = z.object({
  id: z.string(),
  role: z.string(),
  release: z.string(),
  color: z.enum(['blue', 'green']).nullable(),
  host: z.string(),
  pid: z.number(),
  startedAt: z.date(),
  seenAt: z.date(),
  alive: z.boolean(),
})

/** What was deployed and what runs. Deploying itself needs the Docker host: `minato deploy`. */
export function deployRoutes(server: RouteServer, services: Services): void {
  const { db } = services
  server.get(
    '/deploys',
    {
      config: VIEW,
      schema: { querystring: z.object(paging), response: { 200: listOf(deployRecord) } },
    },
    async ({ query: { limit = 50, cursor } }) => await listDeploys(db, { limit, cursor }),
  )
  server.get(
    '/deploys/:id',
    { config: VIEW, schema: { params: idParams, response: { 200: deployRecord } } },
    async ({ params: { id } }) => {
      const found = await findDeploy(db, id)
      if (found === undefined) throw errors.OPERATIONS_DEPLOY_UNKNOWN()
      return found
    },
  )
  server.get(
    '/processes',
    { config: VIEW, schema: { response: { 200: listOf(process) } } },
    async () => ({ items: await listProcesses(services), nextCursor: null }),
  )
}
