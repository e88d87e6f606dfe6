import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { isLoopbackHost } from '../control/host-check.ts'
import type { RequestLog } from '../control/request-log.ts'
import type { ScenarioStore } from '../control/scenario-store.ts'
import type { Mailbox } from '../smtp/mailbox.ts'
import { type Account, loadAccounts } from './account.ts'
import { apiRoutes } from './api-routes.ts'
import { createIdentity, type ServerIdentity } from './certificate.ts'
import { problemModel, type Vault } from './exchange.ts'
import { identityRoutes } from './identity-routes.ts'
import { createTokens } from './tokens.ts'
import { createTwoStepCodes } from './two-step.ts'

/** What a client needs to reach the vault server. */
export type BitwardenAccess = {
  /** https only: the real client refuses anything else. */
  url: string
  /** PEM of the authority, for NODE_EXTRA_CA_CERTS. */
  caFile: string
}

export type OpenedBitwarden = BitwardenAccess & {
  accounts: Account[]
  now: () => Date
  signOutAll(): void
  counts(): { vaultItems: number }
  clear(): Promise<void>
  close(): Promise<void>
}

type OpenOptions = {
  host: string
  port: number
  /** Where the authority's certificate is written; a temporary folder without one. */
  folder: string | null
  mailbox: Mailbox
  scenarios: ScenarioStore
  requests: RequestLog
  logger?: FastifyBaseLogger | undefined
  now: () => Date
}

/**
 * The Bitwarden server as the real `bw` program speaks to it, over TLS under an authority of its own. The items it
 * gives out are encrypted with keys that only the master password opens.
 */
export async function openBitwarden(options: OpenOptions): Promise<OpenedBitwarden> {
  const { now, mailbox, scenarios, requests } = options
  const identity = await createIdentity(now())
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'minato-sandbox-bitwarden-')))
  await mkdir(folder, { recursive: true })
  const caFile = join(folder, 'ca.pem')
  await writeFile(caFile, identity.ca)
  const accounts = await loadAccounts(now())
  const closing = new AbortController()
  let url = ''
  const vault: Vault = {
    ...{ accounts, scenarios, requests, now },
    closing: closing.signal,
    tokens: createTokens(() => `${url}/identity`, now),
    codes: createTwoStepCodes(now),
    url: () => url,
    async sendMail(to, subject, text) {
      const from = 'no-reply@vault.example'
      const head = `From: Bitwarden <${from}>\r\nTo: ${to}\r\nSubject: ${subject}\r\n`
      await mailbox.add({ from, to: [to] }, Buffer.from(`${head}\r\n${text}\r\n`))
    },
  }
  const app = createApp(identity, options.logger)
  await app.register(identityRoutes, { prefix: '/identity', vault })
  await app.register(apiRoutes, { prefix: '/api', vault })
  await app.listen({ host: options.host, port: options.port })
  url = `https://${options.host}:${(app.server.address() as AddressInfo).port}`
  return {
    ...{ url, caFile, accounts, now },
    signOutAll: () => vault.tokens.revokeAll(),
    counts: () => ({ vaultItems: accounts.reduce((sum, { items }) => sum + items.length, 0) }),
    async clear() {
      vault.tokens.revokeAll()
      vault.codes.clear()
      accounts.splice(0, accounts.length, ...(await loadAccounts(now())))
    },
    async close() {
      closing.abort()
      app.server.closeAllConnections()
      await app.close()
      if (options.folder === null) await rm(folder, { recursive: true, force: true })
    },
  }
}

function createApp(identity: ServerIdentity, logger: FastifyBaseLogger | undefined) {
  const app = fastify({
    https: { key: identity.key, cert: identity.cert },
    forceCloseConnections: true,
    ...(logger === undefined ? {} : { loggerInstance: logger }),
  }) as unknown as FastifyInstance
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
  app.addHook('onRequest', async (request, reply) => {
    if (isLoopbackHost(request.headers.host)) return
    return reply.code(403).send(problemModel('The sandbox serves loopback names only.'))
  })
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(problemModel('Not found.')))
  return app
}
