import cookie from '@fastify/cookie'
import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import fastify from 'fastify'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import client from 'prom-client'
import { z } from 'zod'
import { PATH, payload, payloadSchema } from './payload.ts'

// The usual plugins put together as their READMEs say.
const jwks = createRemoteJWKSet(new URL(process.argv[2] ?? ''))
const server = fastify({ logger: true, trustProxy: '127.0.0.1' })
const duration = new client.Histogram({
  name: 'http_request_duration_seconds',
  help: 'Duration of requests.',
  labelNames: ['method', 'route', 'status'],
})
await server.register(helmet)
await server.register(cors, { origin: ['https://minato.example.com'], credentials: true })
await server.register(cookie, { secret: 'a secret of the bench, thirty-two characters' })
await server.register(rateLimit, { max: 1_000_000_000, timeWindow: '1 minute' })
server.addHook('onRequest', async (request, reply) => {
  try {
    await jwtVerify(request.headers.authorization?.slice(7) ?? '', jwks)
  } catch {
    return reply.status(401).send({ code: 'UNAUTHORIZED' })
  }
})
server.addHook('onResponse', async (request, reply) => {
  duration
    .labels(request.method, request.routeOptions.url ?? '', String(reply.statusCode))
    .observe(reply.elapsedTime / 1000)
})
server.get(
  PATH,
  { schema: { response: { 200: z.toJSONSchema(payloadSchema, { target: 'draft-7' }) } } },
  async () => payload,
)
await server.listen({ host: '127.0.0.1', port: 0 })
process.send?.({ url: server.listeningOrigin })
