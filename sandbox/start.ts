import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { isLoopbackHost } from './control/host-check.ts'
import { problem } from './control/problem.ts'
import { createRequestLog } from './control/request-log.ts'
import { controlRoutes } from './control/routes.ts'
import { createScenarioStore, loadScenarioFiles } from './control/scenario-store.ts'
import { llmRoutes } from './llm/routes.ts'
import { createTimerWheel } from './llm/timer-wheel.ts'
import { openMailbox } from './smtp/mailbox.ts'
import { startSmtp } from './smtp/server.ts'

export type SandboxOptions = {
  /** Stand-ins listen on loopback only. */
  host?: '127.0.0.1'
  /** Control API and model; 0 takes a free port. */
  port?: number
  smtpPort?: number
  s3Port?: number
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
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const HUMAN_TOKENS_PER_SECOND = 60
const FIRST_TOKEN_MS = 50

/** Starts every stand-in of this process and says where they listen. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const host = options.host ?? '127.0.0.1'
  const now = options.now ?? (() => new Date())
  const controlToken = randomBytes(24).toString('base64url')
  const scenarios = createScenarioStore(await loadScenarioFiles())
  const requests = createRequestLog(now)
  const mailbox = await openMailbox(options.dataDir ? join(options.dataDir, 'mail') : null, now)
  const wheel = createTimerWheel()
  const app = createApp(options)
  await app.register(llmRoutes, {
    prefix: '/v1',
    scenarios,
    requests,
    wheel,
    now,
    pace: {
      tokensPerSecond: options.tokensPerSecond ?? HUMAN_TOKENS_PER_SECOND,
      firstTokenMs: options.firstTokenMs ?? FIRST_TOKEN_MS,
    },
  })
  await app.register(controlRoutes, {
    prefix: '/sandbox',
    token: controlToken,
    mailbox,
    scenarios,
    requests,
    state: () => ({ mails: mailbox.list().length, requests: requests.list().length }),
    async reset() {
      scenarios.reset()
      requests.clear()
      await mailbox.clear()
    },
  })
  const smtp = await startSmtp({ host, port: options.smtpPort ?? 0, mailbox, scenarios, requests })
  await app.listen({ host, port: options.port ?? 0 })
  const url = `http://${host}:${(app.server.address() as AddressInfo).port}`
  const close = async () => {
    wheel.close()
    app.server.closeAllConnections()
    await Promise.all([app.close(), smtp.close()])
  }
  return {
    url,
    controlToken,
    llmUrl: `${url}/v1`,
    smtpUrl: smtp.url,
    close,
    [Symbol.asyncDispose]: close,
  }
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
