import type { FastifyInstance } from 'fastify'
import { problem } from '../control/problem.ts'
import type { Mailbox } from './mailbox.ts'

const LISTED_MAILS = 500

/** The mailbox in the control API: what the operations app shows and tests read. */
export async function mailRoutes(app: FastifyInstance, options: { mailbox: Mailbox }) {
  const { mailbox } = options
  type ById = { Params: { id: string; index: string } }
  const notFound = problem(404, 'There is no such mail; the mailbox keeps the last 500.')

  app.get<{ Querystring: { query?: string } }>('/mail', async ({ query }) => ({
    mails: mailbox.list(query.query).slice(0, LISTED_MAILS),
  }))
  app.delete('/mail', async (_request, reply) => {
    await mailbox.clear()
    return reply.code(204).send()
  })
  app.get<ById>('/mail/:id', async ({ params }, reply) => {
    const mail = await mailbox.get(params.id)
    if (!mail) return reply.code(404).send(notFound)
    const { raw: _raw, parsed, ...summary } = mail
    const attachments = parsed.attachments.map(({ content: _content, ...rest }) => rest)
    return { ...summary, ...parsed, attachments }
  })
  app.get<ById>('/mail/:id/raw', async ({ params }, reply) => {
    const mail = await mailbox.get(params.id)
    if (!mail) return reply.code(404).send(notFound)
    return reply.type('message/rfc822').send(mail.raw)
  })
  app.get<ById>('/mail/:id/attachments/:index', async ({ params }, reply) => {
    const mail = await mailbox.get(params.id)
    const attachment = mail?.parsed.attachments[Number(params.index)]
    if (!attachment) return reply.code(404).send(notFound)
    // Whatever the mail claims to be, the bytes are a download, never a page.
    return reply
      .header('content-disposition', 'attachment')
      .header('x-content-type-options', 'nosniff')
      .type('application/octet-stream')
      .send(attachment.content)
  })
}
