import type { RouteServer } from '@minato/platform/app'
import type { ConsoleServices } from '../config.ts'

/**
 * Where tokens for `/mcp` come from (RFC 9728), at the address of the resource and of each profile.
 * The tokens are this system's own: POST /api/auth/token gives them, /.well-known/jwks.json proves them.
 */
export function protectedResource(root: RouteServer, { publicUrl }: ConsoleServices): void {
  const config = { permission: 'public', rate: 'anonymous' } as const
  const describe = (path: string) => ({
    resource: publicUrl + path,
    authorization_servers: [publicUrl],
    jwks_uri: `${publicUrl}/.well-known/jwks.json`,
    bearer_methods_supported: ['header'],
    scopes_supported: ['mcp-console.use'],
    resource_name: 'Minato MCP gateway',
  })
  const base = '/.well-known/oauth-protected-resource'
  root.get(base, { config }, async () => describe('/mcp'))
  root.get(`${base}/mcp`, { config }, async () => describe('/mcp'))
  root.get<{ Params: { profile: string } }>(
    `${base}/mcp/:profile`,
    { config },
    async ({ params }) => describe(`/mcp/${encodeURIComponent(params.profile)}`),
  )
}
