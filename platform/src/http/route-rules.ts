import type { FastifyInstance, RouteOptions } from 'fastify'

const WITH_BODY = new Set(['POST', 'PUT', 'PATCH'])

/**
 * Deny by default: a route that does not say who may call it, how often, and how large its body
 * may be stops the server from starting.
 */
export function requireRouteRules(server: FastifyInstance): void {
  server.decorate('openRoutes', { adding: false })
  server.addHook('onRoute', (route) => {
    if (server.openRoutes.adding) {
      route.config = { ...route.config, permission: 'public', rate: 'none' }
    }
    const missing = missingRules(route)
    if (missing.length === 0) return
    throw new Error(
      `Route ${String(route.method)} ${route.url} must declare ${missing.join(', ')} (see docs/guide/routes.md).`,
    )
  })
}

/**
 * Adds a library's own routes (static files, the API browser), which carry no rules: they are open
 * and not counted.
 */
export async function addOpenRoutes(
  server: FastifyInstance,
  add: () => PromiseLike<unknown>,
): Promise<void> {
  server.openRoutes.adding = true
  await add()
  server.openRoutes.adding = false
}

function missingRules(route: RouteOptions): string[] {
  const methods = [route.method].flat()
  const missing: string[] = []
  if (route.config?.permission === undefined) missing.push('config.permission')
  if (route.config?.rate === undefined) missing.push('config.rate')
  const takesBody = methods.some((method) => WITH_BODY.has(method))
  if (takesBody && route.bodyLimit === undefined) missing.push('bodyLimit')
  return missing
}
