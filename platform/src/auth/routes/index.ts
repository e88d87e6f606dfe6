import { accountRoutes } from './account-routes.ts'
import { profileRoutes } from './profile-routes.ts'
import type { RouteDeps, RouteServer } from './route-server.ts'
import { signInRoutes } from './sign-in-routes.ts'
import { jwksRoute, tokenRoutes } from './token-routes.ts'
import { twoFactorRoutes } from './two-factor-routes.ts'

export type { RouteDeps, RouteServer } from './route-server.ts'

/** Everything under /api/auth. */
export function authRoutes(server: RouteServer, deps: RouteDeps): void {
  // Answers here are about one person at one moment: no cache may keep them.
  server.addHook('onRequest', (_request, reply, done) => {
    reply.header('cache-control', 'no-store')
    done()
  })
  signInRoutes(server, deps)
  accountRoutes(server, deps)
  twoFactorRoutes(server, deps)
  profileRoutes(server, deps)
  tokenRoutes(server, deps)
}

/** What has a fixed address outside /api/auth. */
export function authRootRoutes(server: RouteServer, deps: RouteDeps): void {
  jwksRoute(server, deps, '/.well-known/jwks.json')
}
