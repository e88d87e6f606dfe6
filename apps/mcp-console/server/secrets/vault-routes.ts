import type { RouteServer } from '@minato/platform/app'
import { auditedBy } from '@minato/platform/http'
import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { untilHungUp } from '../request.ts'
import { openVault, syncVault } from './open-vault.ts'
import { sessionOwner } from './owner.ts'
import { endVaultSessions, loadVaultSession } from './vault-sessions.ts'

const READ = { permission: 'mcp-console.operate', rate: 'read', session: true } as const
const ACT = { permission: 'mcp-console.operate', rate: 'action', session: true } as const
/** Whoever tries passwords here tries them at Bitwarden: the limits of a sign-in hold. */
const OPEN = { ...ACT, rate: 'sign-in', sensitive: true } as const
const BODY_BYTES = 16 * 1024

const statusView = z.object({
  open: z.boolean(),
  email: z.string().nullable(),
  openedAt: z.string().nullable(),
  /** Address of the Bitwarden server people sign in to. */
  server: z.string(),
})

const twoStep = z.strictObject({
  method: z.enum(['authenticator', 'email', 'yubikey']).default('authenticator'),
  code: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9]{4,64}$/, 'must be the code alone'),
})
const masterPassword = z.string().min(1).max(1000)
const openBody = z.union([
  z.strictObject({ email: z.email().max(320), masterPassword, twoStep: twoStep.optional() }),
  z.strictObject({
    clientId: z
      .string()
      .regex(/^user\.[\w-]{1,100}$/, 'must be the client_id of a personal API key'),
    clientSecret: z.string().min(1).max(200),
    masterPassword,
  }),
])

/** The Bitwarden vault of one's sign-in session: open it, read it anew, lock it. */
export function vaultRoutes(server: RouteServer, services: ConsoleServices): void {
  const status = async (request: Parameters<typeof sessionOwner>[0]) => {
    const opened = await loadVaultSession(services, sessionOwner(request))
    return {
      open: opened !== undefined,
      email: opened?.email ?? null,
      openedAt: opened?.openedAt.toISOString() ?? null,
      server: services.appConfig.bitwardenUrl ?? 'https://vault.bitwarden.com',
    }
  }
  server.get('/vault', { config: READ, schema: { response: { 200: statusView } } }, status)
  server.post(
    '/vault/open',
    {
      config: OPEN,
      bodyLimit: BODY_BYTES,
      schema: { body: openBody, response: { 200: statusView } },
    },
    async (request, reply) => {
      const { body } = request
      const credentials =
        'clientId' in body
          ? { masterPassword: body.masterPassword, apiKey: body }
          : { ...body, apiKey: undefined }
      await openVault(services, sessionOwner(request), credentials, untilHungUp(reply))
      const metadata = { by: 'clientId' in body ? 'api-key' : 'master-password' }
      await services.audit.record({ ...auditedBy(request), action: 'vault.open', metadata })
      return await status(request)
    },
  )
  server.post(
    '/vault/sync',
    { config: ACT, bodyLimit: BODY_BYTES, schema: { response: { 200: statusView } } },
    async (request, reply) => {
      await syncVault(services, sessionOwner(request), untilHungUp(reply))
      return await status(request)
    },
  )
  server.post('/vault/lock', { config: ACT, bodyLimit: BODY_BYTES }, async (request, reply) => {
    await endVaultSessions(services, [sessionOwner(request).sessionId])
    await services.audit.record({ ...auditedBy(request), action: 'vault.lock' })
    return reply.status(204).send()
  })
}
