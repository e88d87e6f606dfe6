import assert from 'node:assert/strict'
import { dirname } from 'node:path'
import { discoverApps, type Services } from '@minato/platform/app'
import { testServer } from '@minato/platform/app/testing'
import type { LiveCheck, Outcome } from '@minato/platform/audit'
import { liveChecks } from '../../platform/src/audit/live/index.ts'
import { leaveSystem } from '../../platform/src/audit/live/visit.ts'
import { type Sandbox, startSandbox } from '../../sandbox/index.ts'
import { type Planted, plantedApp } from './planted-app.ts'
import { type Receivers, startReceivers } from './receivers.ts'

export const ROOT = dirname(dirname(import.meta.dirname))
const PUBLIC = 'https://minato.example.com'

export type Bench = AsyncDisposable & {
  services: Services
  port: number
  sandbox: Sandbox
  receivers: Receivers
  planted: Planted
  /** What a check says of the system at an address. */
  run(id: string, url: string, options?: RunOptions): Promise<Outcome>
  /** The same of several checks on one visit, as an audit makes it. */
  runAll(ids: Iterable<string>, url: string, options?: RunOptions): Promise<Map<string, Outcome>>
}

type RunOptions = { services?: Partial<Services>; plainPort?: number; publicUrl?: string }

/** One system in this process with every protection on, as people reach it over https. */
export async function startBench(
  env: Record<string, string> = {},
  options: { worker?: boolean } = {},
): Promise<Bench> {
  await using opened = new AsyncDisposableStack()
  const sandbox = opened.use(await startSandbox({ tokensPerSecond: 0 }))
  const receivers = opened.use(await startReceivers())
  const planted: Planted = { active: new Set() }
  const apps = [...(await discoverApps(ROOT)), plantedApp(planted)]
  const server = opened.use(
    await testServer({
      ...options,
      apps,
      env: {
        PUBLIC_URL: PUBLIC,
        ALLOWED_ORIGINS: PUBLIC,
        TRUST_PROXY: '127.0.0.1',
        METRICS_TOKEN: 'a-token-that-only-prometheus-has',
        HTTP_REQUEST_TIMEOUT: '2s',
        // All checks come from one address here, one after another.
        RATE_SIGN_IN: '80/15m',
        LLM_URL: sandbox.llmUrl,
        LLM_API_KEY: 'sk-sandbox',
        LLM_MODEL: 'sandbox-main',
        MAIL_URL: sandbox.smtpUrl,
        MAIL_FROM: 'Minato <operators@example.com>',
        SENTRY_DSN: receivers.dsn,
        AUDIT_ALERTMANAGER_URL: receivers.alertmanager,
        ...env,
      },
    }),
  )
  opened.defer(server.services.mail.startSender())
  const { port } = new URL(await server.listen())
  const runAll: Bench['runAll'] = async (ids, url, options = {}) => {
    const { services = {}, plainPort, publicUrl = PUBLIC } = options
    const context = {
      url,
      services: { ...server.services, publicUrl, ...services },
      apps,
      root: ROOT,
      slowWithinMs: 6000,
      arriveWithinMs: 8000,
      ...(plainPort === undefined ? {} : { plainPort }),
    }
    const outcomes = new Map<string, Outcome>()
    try {
      for (const id of ids) {
        outcomes.set(id, await checkOf(id).run(context, AbortSignal.timeout(60_000)))
      }
    } finally {
      await leaveSystem(context)
    }
    return outcomes
  }
  const ended = opened.move()
  return {
    services: server.services,
    port: Number(port),
    sandbox,
    receivers,
    planted,
    run: async (id, url, options) => {
      const outcome = (await runAll([id], url, options)).get(id)
      assert.ok(outcome)
      return outcome
    },
    runAll,
    [Symbol.asyncDispose]: async () => await ended.disposeAsync(),
  }
}

function checkOf(id: string): LiveCheck {
  const check = liveChecks.find((one) => one.id === id)
  assert.ok(check, `there is no live check ${id}`)
  return check
}
