import type { RouteServer } from '@minato/platform/app'
import type { ConsoleServices } from '../config.ts'
import { githubTokenRoutes } from './github-token-routes.ts'
import { itemRoutes } from './item-routes.ts'
import { preflightRoute } from './preflight-route.ts'
import { vaultRoutes } from './vault-routes.ts'
import { lockVaultsAtSignOut } from './watch-sessions.ts'

export { githubToken } from './github-token.ts'
export { assertNoLiteralSecrets } from './literal-secrets.ts'
export { assertReferences, type Reference, referencesIn } from './reference.ts'
export { resolveReferences } from './resolve.ts'
export type { Resolved } from './resolved.ts'
export type { VaultOwner } from './vault-item.ts'
export { openVaultOwner } from './vault-sessions.ts'
export { sweepEndedVaults } from './watch-sessions.ts'

/** Everything under /api/mcp-console/vault, and /preflight. */
export function secretsRoutes(server: RouteServer, services: ConsoleServices): void {
  itemRoutes(server, services)
  vaultRoutes(server, services)
  preflightRoute(server, services)
  githubTokenRoutes(server, services)
  lockVaultsAtSignOut(services)
}
