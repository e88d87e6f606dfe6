import type { RouteServer } from '@minato/platform/app'
import { auditedBy } from '@minato/platform/http'
import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { untilHungUp, vaultOwnerOf } from '../request.ts'
import { secretsErrors } from './errors.ts'
import { githubTokenView, removeGithubToken, setGithubToken } from './github-token.ts'
import { parseReference } from './reference.ts'

const RULES = { permission: 'mcp-console.administer' } as const
const tokenView = z.object({
  set: z.boolean(),
  item: z.string().nullable(),
  field: z.string().nullable(),
  setBy: z.string().nullable(),
  setAt: z.string().nullable(),
})
const NONE = { set: false, item: null, field: null, setBy: null, setAt: null }

/** The GitHub token of the installation: taken from a vault item, kept encrypted, never given out. */
export function githubTokenRoutes(server: RouteServer, services: ConsoleServices): void {
  const view = async () => {
    const known = await githubTokenView(services)
    return known === undefined ? NONE : { set: true, ...known }
  }
  server.get(
    '/vault/github-token',
    { config: { ...RULES, rate: 'read' }, schema: { response: { 200: tokenView } } },
    view,
  )
  server.put(
    '/vault/github-token',
    {
      config: { ...RULES, rate: 'action', sensitive: true },
      bodyLimit: 4096,
      schema: {
        body: z.strictObject({ reference: z.string().max(1000) }),
        response: { 200: tokenView },
      },
    },
    async (request, reply) => {
      const reference = parseReference(request.body.reference)
      if (reference === undefined) throw secretsErrors.MCP_CONSOLE_REFERENCE_INVALID()
      const who = vaultOwnerOf(request)
      await setGithubToken(services, who, reference, untilHungUp(reply))
      await services.audit.record({
        ...auditedBy(request),
        action: 'github-access.set',
        metadata: { ...reference },
      })
      return await view()
    },
  )
  server.delete(
    '/vault/github-token',
    { config: { ...RULES, rate: 'action' } },
    async (request, reply) => {
      await removeGithubToken(services)
      await services.audit.record({ ...auditedBy(request), action: 'github-access.remove' })
      return reply.status(204).send()
    },
  )
}
