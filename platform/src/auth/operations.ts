import { z } from 'zod'
import type { Auth } from './auth.ts'
import { authErrors } from './errors.ts'
import type { PermissionTable } from './permissions.ts'
import { CLI_ACTOR, type User } from './types.ts'

type Services = { auth: Auth }
type Context = { apps: readonly { name: string; permissions: PermissionTable }[] }

/** The shape `defineOperation` of the command line takes; named here so that nothing points upward. */
type Operation<Input, Output> = {
  name: string
  input: z.ZodType<Input>
  run(services: Services, input: Input, context: Context): Promise<Output>
}

function operation<Input, Output>(definition: Operation<Input, Output>): Operation<Input, Output> {
  return Object.freeze(definition)
}

const role = z.enum(['user', 'operator', 'admin'])
const who = z.object({ user: z.string().min(1).max(254) })

/** A person by e-mail address or id. */
async function resolve({ auth }: Services, text: string): Promise<User> {
  const user = await auth.users.find(text)
  if (user === null) throw authErrors.AUTH_UNKNOWN({ what: 'user' })
  return user
}

const userOperations = [
  operation({
    name: 'user.create',
    input: z.object({
      email: z.string().trim().max(254).pipe(z.email()),
      roles: z.array(role).min(1),
      password: z.string().min(1).max(256),
      name: z.string().trim().min(1).max(100).optional(),
      locale: z.enum(['ja', 'en']).optional(),
    }),
    run: ({ auth }, input) => auth.users.create({ ...input, verified: true }, CLI_ACTOR),
  }),
  operation({
    name: 'user.list',
    input: z.object({
      query: z.string().max(200).optional(),
      cursor: z.string().optional(),
      limit: z.number().int().min(1).max(200).optional(),
    }),
    run: ({ auth }, input) => auth.users.list(input),
  }),
  operation({
    name: 'user.disable',
    input: who,
    run: async (services, { user }) =>
      await services.auth.users.disable((await resolve(services, user)).id, CLI_ACTOR),
  }),
  operation({
    name: 'user.enable',
    input: who,
    run: async (services, { user }) =>
      await services.auth.users.enable((await resolve(services, user)).id, CLI_ACTOR),
  }),
  operation({
    name: 'user.unlock',
    input: who,
    run: async (services, { user }) => {
      const found = await resolve(services, user)
      await services.auth.users.unlock(found.id, CLI_ACTOR)
      return found
    },
  }),
  operation({
    name: 'user.set-role',
    input: who.extend({ roles: z.array(role).min(1) }),
    run: async (services, { user, roles }) =>
      await services.auth.users.setRoles((await resolve(services, user)).id, roles, CLI_ACTOR),
  }),
  operation({
    name: 'user.set-password',
    input: who.extend({ password: z.string().min(1).max(256) }),
    run: async (services, { user, password }) =>
      await services.auth.users.setPassword(
        (await resolve(services, user)).id,
        password,
        CLI_ACTOR,
      ),
  }),
  operation({
    name: 'user.reset-two-factor',
    input: who,
    run: async (services, { user }) =>
      await services.auth.users.resetTwoFactor((await resolve(services, user)).id, CLI_ACTOR),
  }),
]

const keyOperations = [
  operation({
    name: 'key.create',
    input: who.extend({
      name: z.string().trim().min(1).max(100).optional(),
      scopes: z.array(z.string().max(100)).optional(),
      expiresInMs: z.number().int().positive().optional(),
    }),
    async run(services, { user, ...input }, { apps }) {
      // A command that boots by itself has declared nothing yet, and scopes are checked against it.
      for (const app of apps) services.auth.definePermissions(app.name, app.permissions)
      const { id: userId } = await resolve(services, user)
      return await services.auth.keys.create({ ...input, userId }, CLI_ACTOR)
    },
  }),
  operation({
    name: 'key.list',
    input: who,
    run: async (services, { user }) => {
      const found = await resolve(services, user)
      return { items: await services.auth.keys.list(found.id) }
    },
  }),
  operation({
    name: 'key.revoke',
    input: z.object({ id: z.uuid() }),
    run: async ({ auth }, { id }) => {
      if (!(await auth.keys.revoke(id, undefined, CLI_ACTOR))) {
        throw authErrors.AUTH_UNKNOWN({ what: 'key' })
      }
      return { id }
    },
  }),
]

/** What `minato user …` and `minato key …` ask the running server to do. */
export const authOperations = [...userOperations, ...keyOperations]
