import type { FastifyInstance } from 'fastify'
import type { MailContext } from './context.ts'
import { mailErrors } from './errors.ts'
import { parsePublicKey } from './public-key.ts'
import { checkSignature, takeEvents } from './webhook.ts'

/** Any Fastify instance, whatever type provider its owner chose. */
export type MailServer = Pick<FastifyInstance, 'register'>

const BODY_LIMIT = 2 * 1024 * 1024
const RULES = { permission: 'public', rate: 'read', sensitive: true } as const

/** POST /api/mail/webhooks/sendgrid: what became of mails that a server had taken. */
export function sendgridRoutes(context: MailContext, server: MailServer): void {
  const { sendgridPublicKey } = context.config
  const key = sendgridPublicKey === undefined ? undefined : parsePublicKey(sendgridPublicKey)
  void server.register(async (scope: FastifyInstance) => {
    // The signature is over the bytes as they came: inside this scope JSON is not parsed.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
      done(null, body)
    })
    scope.post(
      '/api/mail/webhooks/sendgrid',
      { config: RULES, bodyLimit: BODY_LIMIT },
      async (request, reply) => {
        if (key === undefined) throw mailErrors.MAIL_WEBHOOK_OFF()
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        const signature = headerOf(request.headers['x-twilio-email-event-webhook-signature'])
        const timestamp = headerOf(request.headers['x-twilio-email-event-webhook-timestamp'])
        checkSignature(key, { body, signature, timestamp }, context.clock)
        await takeEvents(context, body)
        return reply.code(204).send()
      },
    )
  })
}

function headerOf(value: string | string[] | undefined): string {
  return typeof value === 'string' ? value : ''
}
