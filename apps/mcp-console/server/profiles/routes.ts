import type { RouteServer } from '@minato/platform/app'
import { commonErrors } from '@minato/platform/errors'
import { type Principal, principalOf } from '@minato/platform/http'
import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { type Gateway, gatewayOf } from '../gateway/gateway.ts'
import { recordAct } from '../request.ts'
import { choiceRoutes } from './choice-routes.ts'
import { readProfiles } from './read-profiles.ts'
import { createProfile, updateProfile } from './save-profile.ts'
import { newProfile, profilePatch, profileView, viewOf } from './schema.ts'

const READ = { permission: 'mcp-console.view', rate: 'read' } as const
const CHANGE = { permission: 'mcp-console.operate', rate: 'action' } as const
const BODY_BYTES = 1024 * 1024
const idParam = z.object({ id: z.uuid() })

/** Profiles: which servers clients of the gateway see, under which names, within which limits. */
export function profileRoutes(server: RouteServer, services: ConsoleServices): void {
  const gateway = gatewayOf(services)
  server.get(
    '/profiles',
    {
      config: READ,
      schema: {
        response: { 200: z.object({ items: z.array(profileView), nextCursor: z.null() }) },
      },
    },
    async (request) => {
      const profiles = await readProfiles(gateway.db)
      const open = profiles.filter((profile) => maySee(principalOf(request), profile.members))
      return { items: open.map((profile) => viewOf(profile, services.publicUrl)), nextCursor: null }
    },
  )
  server.post(
    '/profiles',
    {
      config: CHANGE,
      bodyLimit: BODY_BYTES,
      schema: { body: newProfile, response: { 201: profileView } },
    },
    async (request, reply) => {
      const principal = principalOf(request)
      const { title = request.body.name, isDefault, ...rest } = request.body
      const first = (await readProfiles(gateway.db)).length === 0
      const values = { ...rest, title, isDefault: isDefault ?? first }
      const id = await createProfile(gateway, values, principal.userId)
      await recordAct(services, request, 'profile.create', `profile:${id}`)
      reply.status(201)
      return viewOf(await profileById(gateway, id), services.publicUrl)
    },
  )
  changeRoutes(server, services, gateway)
  choiceRoutes(server, gateway)
}

function changeRoutes(server: RouteServer, services: ConsoleServices, gateway: Gateway): void {
  server.patch(
    '/profiles/:id',
    {
      config: CHANGE,
      bodyLimit: BODY_BYTES,
      schema: { params: idParam, body: profilePatch, response: { 200: profileView } },
    },
    async (request) => {
      const before = await profileById(gateway, request.params.id)
      const id = await updateProfile(
        gateway,
        before,
        withoutUndefined(request.body),
        principalOf(request).userId,
      )
      await recordAct(services, request, 'profile.update', `profile:${id}`)
      return viewOf(await profileById(gateway, id), services.publicUrl)
    },
  )
  server.delete(
    '/profiles/:id',
    { config: CHANGE, schema: { params: idParam } },
    async (request, reply) => {
      const { id } = request.params
      await profileById(gateway, id)
      await gateway.db.deleteFrom('mcp_console.profiles').where('id', '=', id).execute()
      gateway.bus.publish({ topic: 'profiles' })
      await recordAct(services, request, 'profile.delete', `profile:${id}`)
      return reply.status(204).send()
    },
  )
}

function withoutUndefined<T extends object>(value: T) {
  const given = Object.entries(value).filter(([, one]) => one !== undefined)
  return Object.fromEntries(given) as { [K in keyof T]?: Exclude<T[K], undefined> }
}

function maySee(principal: Principal, members: readonly string[] | null): boolean {
  if (principal.permissions.has('mcp-console.operate')) return true
  return members === null || members.includes(principal.userId)
}

async function profileById(gateway: Gateway, id: string) {
  const profile = (await readProfiles(gateway.db)).find((one) => one.id === id)
  if (profile === undefined) throw commonErrors.NOT_FOUND()
  return profile
}
