import { defineApp } from '@minato/platform/app'
import { testServer } from '@minato/platform/app/testing'
import { createLogger } from '@minato/platform/log'
import { PATH, payload, payloadSchema } from './payload.ts'

// The platform's own server with every protection on, an app with one route, on the embedded
// database. Limits are counted, but out of reach.
const app = defineApp({
  name: 'bench',
  title: { en: 'Bench', ja: '計測' },
  description: { en: 'One route.', ja: '経路ひとつ。' },
  permissions: {
    'bench.use': { title: { en: 'Use the bench', ja: '計測の利用' }, roles: ['user'] },
  },
  routes: (server) =>
    server.get(
      '/record',
      {
        config: { permission: 'bench.use', rate: 'read' },
        schema: { response: { 200: payloadSchema } },
      },
      (_request, reply) => {
        reply.send(payload)
      },
    ),
})

const server = await testServer({
  apps: [app],
  env: { RATE_READ: '999999999/1m', ALLOWED_ORIGINS: 'https://minato.example.com' },
  log: createLogger({ level: 'info', pretty: false }),
})
const url = await server.listen()
const { headers } = await server.signIn('user')
const granted = await server.inject({
  method: 'POST',
  url: '/api/auth/token',
  headers,
  payload: { grantType: 'session' },
})
if (granted.statusCode !== 200) throw new Error(`No token: ${granted.body}`)
process.send?.({
  url,
  token: granted.json().accessToken,
  jwks: `${url}/.well-known/jwks.json`,
  path: PATH,
})
