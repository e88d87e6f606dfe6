import { z } from 'zod'
import type { AppDefinition, RouteServer } from './define-app.ts'
import type { Services } from './services.ts'

const bilingual = z.object({ en: z.string(), ja: z.string() })

/** What the browser shell needs to draw itself before anyone signed in. */
export function shellRoute(
  server: RouteServer,
  services: Services,
  apps: readonly AppDefinition[],
): void {
  const shell = z.object({
    environment: z.enum(['development', 'test', 'staging', 'production']),
    version: z.string(),
    sandboxes: z.array(z.string()),
    setupNeeded: z.boolean(),
    locales: z.array(z.enum(['ja', 'en'])),
    apps: z.array(
      z.object({
        name: z.string(),
        title: bilingual,
        description: bilingual,
        permissions: z.array(z.string()),
      }),
    ),
  })
  server.get(
    '/api/shell',
    { config: { permission: 'public', rate: 'read' }, schema: { response: { 200: shell } } },
    async () => ({
      environment: services.profile,
      version: services.version,
      sandboxes: [...services.sandboxes],
      setupNeeded: await services.auth.setup.pending(),
      locales: ['ja' as const, 'en' as const],
      apps: apps.map(({ name, title, description, permissions }) => ({
        name,
        title,
        description,
        permissions: Object.keys(permissions),
      })),
    }),
  )
}
