import fastify from 'fastify'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { z } from 'zod'
import { PATH, payload, payloadSchema } from './payload.ts'

// Fastify with one route. It checks the token with the least code there is: verified once, then
// remembered until it expires.
const jwks = createRemoteJWKSet(new URL(process.argv[2] ?? ''))
const verified = new Map<string, number>()
const server = fastify()
server.get(
  PATH,
  { schema: { response: { 200: z.toJSONSchema(payloadSchema, { target: 'draft-7' }) } } },
  (request, reply) => {
    const header = request.headers.authorization ?? ''
    const expires = verified.get(header)
    if (expires !== undefined && expires > Date.now()) {
      reply.send(payload)
      return
    }
    jwtVerify(header.slice(7), jwks).then(
      ({ payload: claims }) => {
        verified.set(header, (claims.exp ?? 0) * 1000)
        reply.send(payload)
      },
      () => reply.callNotFound(),
    )
  },
)
await server.listen({ host: '127.0.0.1', port: 0 })
process.send?.({ url: server.listeningOrigin })
