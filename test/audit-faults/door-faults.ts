import { Readable } from 'node:stream'
import {
  bears,
  cache,
  cookies,
  goWrong,
  type LiveFault,
  naive,
  scenario,
  slowInTurn,
  slowRedis,
  tellApart,
  tellReady,
} from './lies.ts'

/** Faults of signing in, and of what stands behind the pages. */
export const DOOR_FAULTS: readonly LiveFault[] = [
  {
    id: 'the cookie loses Secure',
    expect: 'auth.cookie-flags',
    lie: { response: cookies((line) => line.replace('; Secure', '')) },
  },
  {
    id: 'the cookie loses HttpOnly',
    expect: 'auth.cookie-flags',
    lie: { response: cookies((line) => line.replace('; HttpOnly', '')) },
  },
  {
    id: 'the cookie is for every sub-domain',
    expect: 'auth.cookie-flags',
    lie: { response: cookies((line) => `${line.replace('__Host-', '')}; Domain=example.com`) },
  },
  {
    id: 'the cookie goes along from other sites',
    expect: 'auth.cookie-flags',
    lie: { response: cookies((line) => line.replace('SameSite=Lax', 'SameSite=None')) },
  },
  {
    id: 'a sign-out does not reach the system',
    expect: 'auth.fixation',
    lie: {
      answer(request, response) {
        if (request.url !== '/api/auth/sign-out') return false
        response.writeHead(204).end()
        return true
      },
    },
  },
  {
    id: 'unknown users are told apart by words',
    expect: 'auth.same-answer',
    lie: {
      answer: tellApart((response) =>
        response
          .writeHead(401, { 'content-type': 'application/problem+json' })
          .end('{"code":"NO_SUCH_USER"}'),
      ),
    },
  },
  {
    id: 'unknown users are told apart by time',
    expect: 'auth.same-answer',
    lie: slowInTurn(700),
  },
  {
    id: 'the lock forgets',
    expect: 'auth.lockout',
    async plant({ services }) {
      const timer = setInterval(() => {
        void services.db
          .withTables<{ 'minato.auth_attempts': { key: string } }>()
          .deleteFrom('minato.auth_attempts')
          .execute()
      }, 20)
      return () => clearInterval(timer)
    },
  },
  {
    id: 'an administrator has a default password',
    expect: 'auth.default-passwords',
    async plant({ services }) {
      const { hashPassword } = await import('../../platform/src/auth/password-hash.ts')
      const user = await services.auth.users.create({
        email: 'admin@example.com',
        password: 'kaze-to-minato-no-uta-7',
        roles: ['admin'],
        verified: true,
      })
      type Tables = {
        'minato.accounts': { user_id: string; password_hash: string }
        'minato.users': { id: string }
      }
      const db = services.db.withTables<Tables>()
      await db
        .updateTable('minato.accounts')
        .set({ password_hash: await hashPassword('admin123') })
        .where('user_id', '=', user.id)
        .execute()
      return async () => await db.deleteFrom('minato.users').where('id', '=', user.id).execute()
    },
  },
  {
    id: 'readiness is a file',
    expect: 'http.ready',
    lie: { answer: tellReady({ status: 'ready' }) },
  },
  { id: 'readiness is cached', expect: 'http.ready', lie: cache(/^\/health\//) },
  {
    id: 'readiness says yes while the database is away',
    expect: 'http.ready',
    lie: {
      answer: tellReady({
        status: 'ready',
        checks: { database: { status: 'down', latencyMs: 2000 } },
      }),
    },
  },
  {
    id: 'readiness takes its time',
    expect: 'http.ready',
    lie: {
      answer: tellReady(
        {
          status: 'ready',
          checks: { database: { status: 'up', latencyMs: 1 }, redis: { status: 'up' } },
        },
        2500,
      ),
    },
  },
  {
    id: 'the proxy’s clock is an hour off',
    expect: 'system.clock',
    lie: {
      response: bears('date', () => new Date(Date.now() - 3_600_000).toUTCString()),
    },
  },
  {
    id: 'mail is refused by the server',
    expect: 'mail.arrives',
    plant: (bench) => scenario(bench, 'smtp', 'refuse-recipient'),
  },
  {
    id: 'the model’s key is refused',
    expect: 'llm.proven',
    plant: (bench) => scenario(bench, 'llm', 'bad-key'),
  },
  {
    id: 'the model’s account is used up',
    expect: 'llm.proven',
    plant: (bench) => scenario(bench, 'llm', 'quota'),
  },
  {
    id: 'Sentry refuses the key',
    expect: 'errors.sentry-accepts',
    plant: async ({ receivers }) => goWrong(receivers, 'refuses'),
  },
  {
    id: 'Alertmanager tells nobody',
    expect: 'alerts.arrive',
    plant: async ({ receivers }) => goWrong(receivers, 'silent'),
  },
  {
    id: 'the way of alerts is broken',
    expect: 'alerts.arrive',
    plant: async ({ receivers }) => goWrong(receivers, 'failing'),
  },
  { id: 'users’ addresses are opened as they are', expect: 'outbound.inside', services: naive },
  { id: 'redirects are followed as they come', expect: 'outbound.redirects', services: naive },
  {
    id: 'the process’s clock is ten minutes off',
    expect: 'system.clock',
    services: ({ services }) => ({ clock: () => services.clock() + 600_000 }),
  },
  {
    id: 'Redis is far away',
    expect: 'data.latency',
    services: ({ services }) => ({ redis: slowRedis(services) }),
  },
  {
    id: 'the file store gives back something else',
    expect: 'files.round-trip',
    services: ({ services: { files } }) => ({
      files: {
        ...files,
        get: async (key) => ({ ...(await files.get(key)), stream: Readable.from(['x']) }),
      },
    }),
  },
]
