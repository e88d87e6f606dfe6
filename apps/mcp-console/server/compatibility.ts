import type { RouteServer } from '@minato/platform/app'
import { authRoutes } from './compatibility/auth.ts'
import { catalogRoutes } from './compatibility/catalog.ts'
import { configurationRoutes } from './compatibility/configuration.ts'
import { containerRoutes } from './compatibility/containers.ts'
import { callInside } from './compatibility/inside.ts'
import { sessionRoutes } from './compatibility/sessions.ts'
import type { ConsoleServices } from './config.ts'

/**
 * The addresses of the console this one replaces (a FastAPI application), for its callers:
 * /api/auth/login|logout|session, /api/catalog, /api/containers, /api/sessions, /api/config.
 * Each is a translation into one of our own routes and back. The contract, and what is left out, is
 * in docs/reference/mcp-console-compatibility.md.
 */
export function compatibilityRoutes(server: RouteServer, services: ConsoleServices): void {
  const inner = callInside(server)
  authRoutes(server, services, inner)
  catalogRoutes(server, inner)
  containerRoutes(server, inner)
  sessionRoutes(server, inner)
  configurationRoutes(server, inner)
}
