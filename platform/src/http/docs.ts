import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { addOpenRoutes } from './route-rules.ts'

/** OpenAPI of every route at /api/docs/json, browsable at /api/docs. */
export async function describeApi(server: FastifyInstance, version: string): Promise<void> {
  const { default: swagger } = await import('@fastify/swagger')
  const { default: swaggerUi } = await import('@fastify/swagger-ui')
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Minato', version, description: 'Every route of this deployment.' },
      components: {
        securitySchemes: {
          apiKey: {
            type: 'http',
            scheme: 'bearer',
            description: 'An API key (mnt_…) or access token.',
          },
          session: { type: 'apiKey', in: 'cookie', name: 'minato_session' },
        },
      },
      security: [{ apiKey: [] }, { session: [] }],
    },
    transform: (input) => {
      const { schema, url } = jsonSchemaTransform(input)
      const { permission, rate } = input.route.config ?? {}
      const tag = input.url.split('/')[2] ?? 'system'
      return {
        url,
        schema: {
          tags: [input.url.startsWith('/api/') ? tag : 'system'],
          ...schema,
          'x-permission': permission,
          'x-rate': rate,
          'x-body-limit': input.route.bodyLimit,
          ...(permission === 'public' ? { security: [] } : {}),
        },
      }
    },
  })
  const ui = {
    routePrefix: '/api/docs',
    staticCSP: "default-src 'self'; img-src 'self' data:; style-src 'self'; frame-ancestors 'none'",
    uiConfig: { deepLinking: true },
  }
  await addOpenRoutes(server, () => server.register(swaggerUi, ui))
}
