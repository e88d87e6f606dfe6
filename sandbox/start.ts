import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { type BitwardenAccess, type OpenedBitwarden, openBitwarden } from './bitwarden/open.ts'
import { isLoopbackHost } from './control/host-check.ts'
import { problem } from './control/problem.ts'
import { createRequestLog, type RequestLog } from './control/request-log.ts'
import { controlRoutes } from './control/routes.ts'
import {
  createScenarioStore,
  loadScenarioFiles,
  type ScenarioStore,
} from './control/scenario-store.ts'
import { llmRoutes } from './llm/routes.ts'
import { createTimerWheel } from './llm/timer-wheel.ts'
import { type McpServers, openMcp } from './mcp/open.ts'
import { type OAuthProvider, openOAuth } from './oauth/open.ts'
import { registryRoutes } from './registries/routes.ts'
import { type OpenedS3, openS3, type S3Access } from './s3/open.ts'
import { createEventStore } from './sentry/event-store.ts'
import { sentryRoutes } from './sentry/routes.ts'
import { type Mailbox, openMailbox } from './smtp/mailbox.ts'
import { startSmtp } from './smtp/server.ts'

export type SandboxOptions = {
  /** Stand-ins listen on loopback only. */
  host?: '127.0.0.1'
  /** Control API and model; 0 takes a free port. */
  port?: number
  smtpPort?: number
  s3Port?: number
  bitwardenPort?: number
  /** Mailbox and S3 objects persist here; without it they live until `close`. */
  dataDir?: string
  /** How fast the model answers when no scenario says otherwise; 0 sends at once. */
  tokensPerSecond?: number
  firstTokenMs?: number
  logger?: FastifyBaseLogger
  now?: () => Date
}

export type Sandbox = {
  /** Base of the control API: `${url}/sandbox/state` and so on. */
  url: string
  controlToken: string
  /** Base of the OpenAI-compatible model; ends in /v1. */
  llmUrl: string
  smtpUrl: string
  s3: S3Access
  /** Over https, under an authority that `caFile` names. */
  bitwarden: BitwardenAccess
  /** Docker's MCP catalog, and the base of the MCP registry. */
  registries: { dockerCatalogUrl: string; officialRegistryUrl: string }
  /** Remote MCP servers by kind; `protected` asks for a token of the OAuth provider. */
  mcpServers: McpServers['servers']
  oauthUrl: string
  /** For SENTRY_DSN. */
  sentryDsn: string
  /** Where URLs that users give may lead on this machine: OUTBOUND_SANDBOX_ORIGINS. */
  userOrigins: string[]
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const HUMAN_TOKENS_PER_SECOND = 60
const FIRST_TOKEN_MS = 50

/** Starts every stand-in of this process and says where they listen. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const host = options.host ?? '127.0.0.1'
  const now = options.now ?? (() => new Date())
  const { dataDir } = options
  const controlToken = randomBytes(24).toString('base64url')
  const scenarios = createScenarioStore(await loadScenarioFiles())
  const requests = createRequestLog(now)
  // When a listener fails (a port is taken), those before it are closed again.
  await using opened = new AsyncDisposableStack()
  const mailbox = await openMailbox(dataDir ? join(dataDir, 'mail') : null, now)
  const shared = { host, scenarios, requests, now }
  const smtp = await startSmtp({ ...shared, port: options.smtpPort ?? 0, mailbox })
  opened.defer(smtp.close)
  const listeners = await openListeners(options, { ...shared, mailbox }, opened)
  const { s3, bitwarden, mcp, oauth } = listeners
  const http = await startHttp(options, { ...shared, controlToken, mailbox, ...listeners })
  opened.defer(http.close)
  const services = opened.move()
  const { endpoint, bucket, accessKeyId, secretAccessKey, region } = s3
  return {
    url: http.url,
    controlToken,
    llmUrl: `${http.url}/v1`,
    smtpUrl: smtp.url,
    s3: { endpoint, bucket, accessKeyId, secretAccessKey, region },
    bitwarden: { url: bitwarden.url, caFile: bitwarden.caFile },
    registries: {
      dockerCatalogUrl: `${http.url}/registries/docker/mcp/catalog/v3/catalog.json`,
      officialRegistryUrl: `${http.url}/registries/official`,
    },
    mcpServers: mcp.servers,
    oauthUrl: oauth.url,
    sentryDsn: http.sentryDsn,
    userOrigins: [mcp.url, oauth.url],
    close: () => services.disposeAsync(),
    [Symbol.asyncDispose]: () => services.disposeAsync(),
  }
}

type Shared = {
  host: string
  scenarios: ScenarioStore
  requests: RequestLog
  now: () => Date
  mailbox: Mailbox
}

/** Stand-ins on ports of their own: their protocols bind what is said to the address. */
async function openListeners(
  options: SandboxOptions,
  shared: Shared,
  opened: AsyncDisposableStack,
) {
  const { dataDir, logger } = options
  const folder = (name: string) => (dataDir ? join(dataDir, name) : null)
  const s3 = await openS3({
    ...shared,
    port: options.s3Port ?? 0,
    folder: folder('s3'),
    logger,
  })
  opened.defer(s3.close)
  const bitwarden = await openBitwarden({
    ...shared,
    port: options.bitwardenPort ?? 0,
    folder: folder('bitwarden'),
    logger,
  })
  opened.defer(bitwarden.close)
  const oauth = await openOAuth(shared)
  opened.defer(oauth.close)
  const mcp = await openMcp({ ...shared, oauth })
  opened.defer(mcp.close)
  return { s3, bitwarden, oauth, mcp }
}

type HttpParts = {
  host: string
  scenarios: ScenarioStore
  requests: RequestLog
  now: () => Date
  controlToken: string
  mailbox: Mailbox
  s3: OpenedS3
  bitwarden: OpenedBitwarden
  oauth: OAuthProvider
  mcp: McpServers
}

/** The control API and the model share one HTTP listener. */
async function startHttp(options: SandboxOptions, parts: HttpParts) {
  const { scenarios, requests, mailbox, s3, bitwarden, oauth, mcp, now } = parts
  const wheel = createTimerWheel()
  const app = createApp(options)
  const pace = {
    tokensPerSecond: options.tokensPerSecond ?? HUMAN_TOKENS_PER_SECOND,
    firstTokenMs: options.firstTokenMs ?? FIRST_TOKEN_MS,
  }
  await app.register(llmRoutes, { prefix: '/v1', scenarios, requests, wheel, now, pace })
  await app.register(registryRoutes, { prefix: '/registries', scenarios, requests })
  const events = createEventStore()
  await app.register(sentryRoutes, { prefix: '/sentry', scenarios, requests, events })
  await app.register(controlRoutes, {
    prefix: '/sandbox',
    token: parts.controlToken,
    mailbox,
    bitwarden,
    events,
    scenarios,
    requests,
    state: () => ({
      mails: mailbox.list().length,
      ...s3.counts(),
      ...bitwarden.counts(),
      ...mcp.state(),
      mcpServers: mcp.servers,
      oauth: oauth.state(),
      events: events.list().length,
      requests: requests.list().length,
    }),
    async reset() {
      scenarios.reset()
      requests.clear()
      events.clear()
      await mailbox.clear()
      await s3.clear()
      await bitwarden.clear()
      oauth.clear()
      await mcp.clear()
    },
  })
  await app.listen({ host: parts.host, port: options.port ?? 0 })
  const url = `http://${parts.host}:${(app.server.address() as AddressInfo).port}`
  async function close(): Promise<void> {
    wheel.close()
    app.server.closeAllConnections()
    await app.close()
  }
  const sentryDsn = `${url.replace('//', `//${events.key}@`)}/sentry/${events.project}`
  return { url, sentryDsn, close }
}

function createApp(options: SandboxOptions): FastifyInstance {
  const app = fastify({
    ...(options.logger ? { loggerInstance: options.logger } : {}),
    forceCloseConnections: true,
  })
  app.addHook('onRequest', async (request, reply) => {
    if (isLoopbackHost(request.headers.host)) return
    return reply.code(403).send(problem(403, 'The sandbox serves loopback names only.'))
  })
  return app
}
