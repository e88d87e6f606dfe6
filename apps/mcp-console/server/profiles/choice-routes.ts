import type { RouteServer } from '@minato/platform/app'
import { commonErrors } from '@minato/platform/errors'
import { type Principal, principalOf } from '@minato/platform/http'
import { z } from 'zod'
import type { Gateway } from '../gateway/gateway.ts'
import { readProfiles } from './read-profiles.ts'

const RULES = { permission: 'mcp-console.use', rate: 'action' } as const
const choice = z.strictObject({ profileId: z.uuid(), keyId: z.uuid().optional() })

/** Which profile `/mcp` means for a person, or for one of their keys. */
export function choiceRoutes(server: RouteServer, gateway: Gateway): void {
  server.put(
    '/profile-choice',
    { config: RULES, bodyLimit: 4096, schema: { body: choice } },
    async (request, reply) => {
      const principal = principalOf(request)
      const { profileId, keyId } = request.body
      const profiles = await readProfiles(gateway.db)
      const profile = profiles.find(({ id }) => id === profileId)
      const open = profile?.members?.includes(principal.userId) ?? true
      if (profile === undefined || !open) throw commonErrors.NOT_FOUND()
      const values = { subject: await subjectOf(gateway, principal, keyId), profile_id: profileId }
      await gateway.db
        .insertInto('mcp_console.profile_choices')
        .values(values)
        .onConflict((conflict) => conflict.column('subject').doUpdateSet({ profile_id: profileId }))
        .execute()
      gateway.bus.publish({ topic: 'profiles' })
      return reply.status(204).send()
    },
  )
  server.delete(
    '/profile-choice',
    { config: RULES, schema: { querystring: z.object({ keyId: z.uuid().optional() }) } },
    async (request, reply) => {
      const subject = await subjectOf(gateway, principalOf(request), request.query.keyId)
      await gateway.db
        .deleteFrom('mcp_console.profile_choices')
        .where('subject', '=', subject)
        .execute()
      gateway.bus.publish({ topic: 'profiles' })
      return reply.status(204).send()
    },
  )
}

async function subjectOf(
  { services }: Gateway,
  { userId }: Principal,
  keyId: string | undefined,
): Promise<string> {
  if (keyId === undefined) return `user:${userId}`
  const keys = await services.auth.keys.list(userId)
  if (!keys.some(({ id }) => id === keyId)) throw commonErrors.NOT_FOUND()
  return `key:${keyId}`
}
