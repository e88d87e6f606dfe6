import type { FastifyInstance, RouteOptions } from 'fastify'

const WITH_BODY = new Set(['POST', 'PUT', 'PATCH'])

/**
 * Deny by default: a route that does not say who may call it, how often, and how large its body
 * may be stops the server from starting.
 */
export function requireRouteRules(server: FastifyInstance): void {
  server.decorate('addingRoutes', { open: false, app: undefined })
  server.addHook('onRoute', (route) => {
    const { open, app } = server.addingRoutes
    // What a route says of itself holds, also when it happens to be added meanwhile.
    if (open) route.config = { permission: 'public', rate: 'none', ...route.config }
    if (app !== undefined) route.config = { ...route.config, app }
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
  server.addingRoutes.open = true
  await add()
  server.addingRoutes.open = false
}

/** Adds one app's routes: its own address lists and limits hold for them. */
export async function addAppRoutes(
  server: FastifyInstance,
  app: string,
  add: () => PromiseLike<unknown>,
): Promise<void> {
  server.addingRoutes.app = app
  await add()
  server.addingRoutes.app = undefined
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
