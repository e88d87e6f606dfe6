import { defineApp } from '@minato/platform/app'

/** Faults inside the process that are switched on by name. */
export type Planted = { active: Set<string> }

/**
 * An app whose code does what a careless plugin does: it changes every answer of the server. Nothing is
 * wrong in the configuration; only the behaviour shows it.
 */
export function plantedApp({ active }: Planted) {
  return defineApp({
    name: 'planted',
    title: { en: 'Planted faults', ja: '仕込まれた欠陥' },
    description: { en: 'For the fault bench.', ja: '欠陥試験用。' },
    permissions: {},
    rootRoutes(server) {
      const errors = new WeakMap<object, Error>()
      server.addHook('onError', async (request, _reply, error) => {
        errors.set(request, error)
      })
      server.addHook('onSend', async (request, reply, payload) => {
        if (active.has('hsts-lost-on-errors') && reply.statusCode >= 400) {
          reply.removeHeader('strict-transport-security')
        }
        if (active.has('stack-in-500') && reply.statusCode === 500) {
          return JSON.stringify({ error: errors.get(request)?.stack, requestId: request.id })
        }
        if (active.has('csp-unsafe-inline')) {
          const policy = String(reply.getHeader('content-security-policy') ?? '')
          reply.header(
            'content-security-policy',
            policy.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
          )
        }
        return payload
      })
    },
  })
}
