import type { RouteServer, Services } from '@minato/platform/app'
import { auditedBy } from '@minato/platform/http'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { operationsErrors } from './errors.ts'
import { listOf, nothing } from './request-shapes.ts'
import { callSandbox, readSandbox } from './sandbox-control.ts'

const VIEW = { permission: 'operations.view', rate: 'read' } as const

const summary = z.object({
  id: z.string(),
  receivedAt: z.string(),
  envelope: z.object({ from: z.string(), to: z.array(z.string()) }),
  from: z.string(),
  to: z.string(),
  subject: z.string(),
  byteLength: z.number(),
  attachments: z.number(),
})

const whole = summary.omit({ attachments: true }).extend({
  headers: z.array(z.object({ name: z.string(), value: z.string() })),
  text: z.string(),
  html: z.string().nullable(),
  attachments: z.array(
    z.object({
      index: z.number(),
      filename: z.string().nullable(),
      mediaType: z.string(),
      byteLength: z.number(),
    }),
  ),
})

const mailParams = z.object({ id: z.string().regex(/^[\w-]{1,80}$/) })

/** The sandbox's mailbox: what would have reached people. */
export function mailboxRoutes(server: RouteServer, services: Services): void {
  server.get(
    '/sandbox/mail',
    {
      config: VIEW,
      schema: {
        querystring: z.object({ query: z.string().max(200).optional() }),
        response: { 200: listOf(summary) },
      },
    },
    async ({ query: { query } }) => {
      const search = query === undefined ? '' : `?${new URLSearchParams({ query })}`
      const { mails } = await readSandbox<{ mails: z.infer<typeof summary>[] }>(
        services,
        `/mail${search}`,
      )
      return { items: mails, nextCursor: null }
    },
  )
  server.get(
    '/sandbox/mail/:id',
    { config: VIEW, schema: { params: mailParams, response: { 200: whole } } },
    async (request) =>
      (await (await mailPart(services, request.params.id)).json()) as z.infer<typeof whole>,
  )
  attachmentRoute(server, services)
  server.delete(
    '/sandbox/mail',
    {
      config: { permission: 'operations.manage', rate: 'action' },
      schema: { response: { 204: nothing } },
    },
    async (request: FastifyRequest, reply) => {
      await (await callSandbox(services, '/mail', { method: 'DELETE' })).body?.cancel()
      const entry = { action: 'sandbox.clear-mail', target: 'sandbox:mail' }
      await services.audit.record({ ...auditedBy(request), ...entry })
      return reply.code(204).send(null)
    },
  )
}

/** Whatever a mail says of its attachment, it is a download of bytes here, never a page. */
function attachmentRoute(server: RouteServer, services: Services): void {
  server.get(
    '/sandbox/mail/:id/attachments/:index',
    {
      config: VIEW,
      schema: { params: mailParams.extend({ index: z.coerce.number().int().min(0).max(1000) }) },
    },
    async (request, reply) => {
      const { id, index } = request.params
      const part = await mailPart(services, id, `/attachments/${index}`)
      return reply
        .type('application/octet-stream')
        .header('content-disposition', `attachment; filename="attachment-${index}"`)
        .header('x-content-type-options', 'nosniff')
        .send(Buffer.from(await part.arrayBuffer()))
    },
  )
}

async function mailPart(services: Services, id: string, rest = ''): Promise<Response> {
  const response = await callSandbox(services, `/mail/${encodeURIComponent(id)}${rest}`)
  if (response.ok) return response
  await response.body?.cancel()
  throw operationsErrors.OPERATIONS_MAIL_GONE()
}
