import { z } from 'zod'
import { authErrors } from '../errors.ts'
import { grantTokens, refreshTokens, revokeRefreshToken } from '../refresh-tokens.ts'
import {
  BODY_LIMIT,
  metaOf,
  nothing,
  type RouteDeps,
  type RouteServer,
  tokenField,
} from './route-server.ts'

const machine = { permission: 'public', rate: 'action', sensitive: true, tags: ['auth'] } as const
const published = { permission: 'public', rate: 'read', tags: ['auth'] } as const
const pairAnswer = z.object({
  accessToken: z.string(),
  refreshToken: z.string(),
  tokenType: z.literal('Bearer'),
  expiresIn: z.number().int(),
})
const jwksAnswer = z.object({
  keys: z.array(
    z.object({
      kty: z.string(),
      crv: z.string(),
      x: z.string(),
      y: z.string(),
      kid: z.string(),
      alg: z.string(),
      use: z.string(),
    }),
  ),
})

/** Access and refresh tokens, for machines and sockets. */
export function tokenRoutes(server: RouteServer, deps: RouteDeps): void {
  const { context, access, reader } = deps
  server.post(
    '/token',
    {
      // Public for the guard, because a refresh token is its own credential; the other grant asks below.
      config: machine,
      bodyLimit: BODY_LIMIT,
      schema: {
        body: z.discriminatedUnion('grantType', [
          z.object({ grantType: z.literal('session') }),
          z.object({ grantType: z.literal('refresh_token'), refreshToken: tokenField }),
        ]),
        response: { 200: pairAnswer },
      },
    },
    async (request) => {
      const meta = metaOf(request)
      if (request.body.grantType === 'refresh_token') {
        return await refreshTokens(context, access, request.body.refreshToken, meta)
      }
      const principal = await reader.authenticate(request.headers)
      if (principal === null) throw authErrors.AUTH_REQUIRED()
      if (principal.restriction !== undefined) throw principal.restriction()
      // An access token must not outlive itself by making another.
      if (principal.via === 'jwt') throw authErrors.AUTH_TOKEN_NOT_ENOUGH()
      return await grantTokens(context, access, principal, meta)
    },
  )
  server.post(
    '/token/revoke',
    {
      config: machine,
      bodyLimit: BODY_LIMIT,
      schema: { body: z.object({ refreshToken: tokenField }), response: { 204: nothing } },
    },
    async (request, reply) => {
      await revokeRefreshToken(context, request.body.refreshToken, metaOf(request))
      return reply.code(204).send(null)
    },
  )
  jwksRoute(server, deps, '/jwks')
}

/** The public keys that access tokens are checked with. */
export function jwksRoute(server: RouteServer, { signingKeys }: RouteDeps, path: string): void {
  server.get(
    path,
    { config: published, schema: { response: { 200: jwksAnswer } } },
    async (_request, reply) => {
      reply.header('cache-control', 'public, max-age=60')
      await signingKeys.active()
      const { keys } = await signingKeys.jwks()
      return { keys: jwksAnswer.shape.keys.parse(keys) }
    },
  )
}
