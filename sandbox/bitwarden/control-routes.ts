import type { FastifyInstance } from 'fastify'
import { problem } from '../control/problem.ts'
import type { Item } from './account.ts'
import type { OpenedBitwarden } from './open.ts'
import { totp } from './two-step.ts'

type ItemBody = Omit<Item, 'id'> | null

/** The vault in the control API: who has which items, and a way to change one, as a person would elsewhere. */
export async function bitwardenControlRoutes(
  app: FastifyInstance,
  { bitwarden }: { bitwarden: OpenedBitwarden },
) {
  const { accounts, now } = bitwarden
  const noAccount = problem(404, 'There is no such account; GET /sandbox/bitwarden lists them.')
  const of = (email: string) => accounts.find((account) => account.email === email)

  app.get('/bitwarden', async () => ({
    url: bitwarden.url,
    caFile: bitwarden.caFile,
    accounts: accounts.map((account) => ({
      email: account.email,
      name: account.name,
      password: account.password,
      clientId: account.clientId,
      clientSecret: account.clientSecret,
      twoStep: account.twoStep,
      // What the person's authenticator shows now.
      ...(account.totpSecret === undefined ? {} : { code: totp(account.totpSecret, now()) }),
      items: account.items,
    })),
  }))
  app.put<{ Params: { email: string; id: string }; Body: ItemBody }>(
    '/bitwarden/:email/items/:id',
    async ({ params, body }, reply) => {
      const account = of(params.email)
      if (account === undefined) return reply.code(404).send(noAccount)
      if (typeof body?.name !== 'string' || body.name === '') {
        return reply.code(400).send(problem(400, 'Send the whole item as JSON, with its "name".'))
      }
      const item = { ...body, id: params.id }
      account.items = [...account.items.filter(({ id }) => id !== params.id), item]
      account.revision = now()
      return item
    },
  )
  app.delete<{ Params: { email: string; id: string } }>(
    '/bitwarden/:email/items/:id',
    async ({ params }, reply) => {
      const account = of(params.email)
      if (account === undefined) return reply.code(404).send(noAccount)
      account.items = account.items.filter(({ id }) => id !== params.id)
      account.revision = now()
      return reply.code(204).send()
    },
  )
  app.post('/bitwarden/sign-out-all', async (_request, reply) => {
    bitwarden.signOutAll()
    return reply.code(204).send()
  })
}
