import type { RouteServer } from '@minato/platform/app'
import { MinatoError } from '@minato/platform/errors'
import { principalOf } from '@minato/platform/http'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { recordAct } from '../request.ts'
import { type CallbackQuery, finishAuthorization } from './finish-authorization.ts'
import { readRemoteServer } from './remote-servers.ts'
import { startAuthorization } from './start-authorization.ts'
import { ownRemoteServer } from './store.ts'
import { remoteView, viewRemote } from './view.ts'

const OPERATE = { permission: 'mcp-console.operate', rate: 'action' } as const
const PAGE = '/mcp-console/remote-servers'

const startBody = z.object({
  serverId: z.uuid(),
  /** Where the provider sends the person back to; this system's own callback if absent. */
  redirectUri: z.string().max(2000).optional(),
})
const started = z.object({ authorizationUrl: z.string(), expiresAt: z.string() })
const callbackQuery = z.object({
  state: z.string().min(1).max(200),
  code: z.string().min(1).max(4000).optional(),
  error: z.string().max(200).optional(),
  iss: z.string().max(2000).optional(),
})

/** The authorization code flow with PKCE (OAuth 2.1), for a remote server of the caller. */
export function oauthRoutes(server: RouteServer, services: ConsoleServices): void {
  server.post(
    '/oauth/start',
    {
      config: OPERATE,
      bodyLimit: 4096,
      schema: { body: startBody, response: { 201: started } },
    },
    async (request, reply) => {
      const { userId } = principalOf(request)
      const { serverId, redirectUri } = request.body
      const found = await ownRemoteServer(services, serverId, userId)
      return reply.status(201).send(await startAuthorization(services, found, userId, redirectUri))
    },
  )
  server.get(
    '/oauth/callback',
    // The query holds the code: never logged.
    { config: { ...OPERATE, sensitive: true }, schema: { querystring: callbackQuery } },
    async (request, reply) => {
      const browser = request.headers.accept?.includes('text/html') === true
      try {
        const id = await finish(services, request, request.query)
        if (browser) return reply.redirect(`${PAGE}?authorized=${id}`, 303)
        const row = await readRemoteServer(services, id, principalOf(request).userId)
        return remoteView.parse(viewRemote(row))
      } catch (error) {
        if (!browser || !(error instanceof MinatoError)) throw error
        return reply.redirect(`${PAGE}?error=${error.code}`, 303)
      }
    },
  )
}

async function finish(
  services: ConsoleServices,
  request: FastifyRequest,
  query: CallbackQuery,
): Promise<string> {
  const { id, name } = await finishAuthorization(services, query, principalOf(request).userId)
  await recordAct(services, request, 'remote-server.authorize', `remote-server:${id}`, { name })
  return id
}
