import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Account } from './account.ts'
import { exchange, problemModel, type Vault } from './exchange.ts'
import { sendCode } from './identity-routes.ts'
import { profileOf, syncAnswer } from './sync-answer.ts'

type MailCodeBody = { email?: string; masterPasswordHash?: string } | null

/** The API service: the vault's contents, for holders of an access token. */
export async function apiRoutes(app: FastifyInstance, { vault }: { vault: Vault }) {
  const owned =
    (at: 'api' | 'sync', work: (account: Account, does: Record<string, unknown>) => unknown) =>
    async (request: FastifyRequest, reply: FastifyReply) => {
      const id = vault.tokens.accountIdOf(request.headers.authorization)
      const account = vault.accounts.find((one) => one.id === id)
      const stage = { at, ...(account === undefined ? {} : { email: account.email }) }
      return await exchange(vault, request, reply, stage, async (does) => {
        if (account !== undefined) return await work(account, does)
        reply.code(401)
        return problemModel('Unauthorized')
      })
    }
  app.get('/config', async () => configOf(vault))
  app.get('/alive', async () => vault.now().toISOString())
  app.get(
    '/sync',
    owned('sync', (account, does) => syncAnswer(account, { corrupt: does.corrupt === true })),
  )
  app.get(
    '/accounts/profile',
    owned('api', async (account) => profileOf(account, await account.keys())),
  )
  app.get(
    '/accounts/revision-date',
    owned('api', (account) => account.revision.getTime()),
  )
  // Newer clients tell the server, at the first sign-in, the id of the key they found in the account.
  app.route({
    method: ['POST', 'PUT'],
    url: '/accounts/key-management/user-key-id',
    handler: owned('api', () => ''),
  })
  app.post<{ Body: MailCodeBody }>('/two-factor/send-email-login', async (request, reply) => {
    const { email = '', masterPasswordHash = '' } = request.body ?? {}
    return await exchange(vault, request, reply, { at: 'api', email }, async () => {
      const account = vault.accounts.find((one) => one.email === email.trim().toLowerCase())
      const hash = (await account?.keys())?.passwordHash ?? ''
      const [wanted, given] = [Buffer.from(hash), Buffer.from(masterPasswordHash)]
      const known = wanted.length === given.length && timingSafeEqual(wanted, given)
      if (account === undefined || !known) {
        reply.code(400)
        return problemModel('Cannot send two-factor email.')
      }
      await sendCode(vault, account)
      return ''
    })
  })
}

function configOf(vault: Vault) {
  const url = vault.url()
  return {
    version: '2026.9.0',
    gitHash: 'sandbox',
    server: { name: 'Minato sandbox', url: 'https://localhost' },
    environment: {
      vault: url,
      api: `${url}/api`,
      identity: `${url}/identity`,
      notifications: `${url}/notifications`,
      sso: '',
      cloudRegion: null,
    },
    featureStates: {},
    push: { pushTechnology: 0, vapidPublicKey: null },
    settings: { disableUserRegistration: true },
    object: 'config',
  }
}
