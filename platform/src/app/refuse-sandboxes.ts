import { ConfigError, type Problem } from '../config/index.ts'
import type { Services } from './services.ts'

const ASK_WITHIN_MS = 3000
const MAX_GREETING_BYTES = 1024

type Ask = Pick<Services, 'config' | 'outbound'>
type Service = { name: string; variable: string; real: { en: string; ja: string }; ask: Probe }
/** Whether a sandbox answers there. */
type Probe = (services: Ask) => Promise<boolean>

const SERVICES: Service[] = [
  {
    name: 'model',
    variable: 'LLM_URL',
    real: { en: 'a real model server', ja: '本物のモデルサーバー' },
    ask: modelIsSandbox,
  },
  {
    name: 'mail',
    variable: 'MAIL_URL',
    real: { en: 'a real mail server', ja: '本物のメールサーバー' },
    ask: mailIsSandbox,
  },
  {
    name: 'files',
    variable: 'FILES_URL',
    real: { en: 'a real object storage', ja: '本物のオブジェクトストレージ' },
    ask: filesAreSandbox,
  },
  {
    name: 'errors',
    variable: 'SENTRY_DSN',
    real: { en: 'a real Sentry-compatible service', ja: '本物の Sentry 互換サービス' },
    ask: errorsAreSandbox,
  },
]

/**
 * Staging and production use a stand-in only where MINATO_ALLOW_SANDBOX names it. Each configured
 * service is asked what it is: the sandbox says so (its models are named `sandbox-…`, its mail server
 * greets as one, its storage has its own Server header). One that does not answer is not refused: a
 * service that is away must not keep the system from starting.
 * @throws {ConfigError}
 */
export async function refuseSandboxes(services: Pick<Services, 'profile'> & Ask): Promise<void> {
  if (services.profile !== 'production' && services.profile !== 'staging') return
  const allowed = new Set(services.config.core.allowSandbox)
  const asked = await Promise.all(
    SERVICES.filter(({ name }) => !allowed.has(name)).map(async (service) => {
      const found = await service.ask(services).catch(() => false)
      return found ? [problemOf(service)] : []
    }),
  )
  const problems = asked.flat()
  if (problems.length > 0) throw new ConfigError(problems)
}

function problemOf({ name, variable, real }: Service): Problem {
  return {
    variable,
    problem: { en: 'points to a sandbox', ja: 'がサンドボックスを指しています' },
    mend: {
      en: `set it to ${real.en}, or name "${name}" in MINATO_ALLOW_SANDBOX`,
      ja: `${real.ja}を指定するか、MINATO_ALLOW_SANDBOX に ${name} を加えてください`,
    },
  }
}

async function modelIsSandbox({ config, outbound }: Ask): Promise<boolean> {
  const { url, apiKey } = config.llm
  if (url === undefined) return false
  const answer = await outbound.fetch(`${url.replace(/\/$/, '')}/models`, {
    trust: 'config',
    service: 'llm',
    timeoutMs: ASK_WITHIN_MS,
    maxBytes: 1024 * 1024,
    retries: 0,
    headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey.reveal()}` },
  })
  return /"id"\s*:\s*"sandbox-/.test(await answer.text())
}

/** The greeting alone tells; nothing is sent. */
async function mailIsSandbox({ config, outbound }: Ask): Promise<boolean> {
  if (config.mail.url === undefined) return false
  const { protocol, hostname, port } = new URL(config.mail.url.reveal())
  const tls = protocol === 'smtps:'
  const socket = await outbound.connect({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || (tls ? 465 : 587)),
    trust: 'config',
    tls,
    timeoutMs: ASK_WITHIN_MS,
  })
  try {
    socket.setTimeout(ASK_WITHIN_MS, () => socket.destroy())
    let greeting = ''
    for await (const chunk of socket.setEncoding('utf8')) {
      greeting += String(chunk)
      if (/^220 [^\n]*\n/m.test(greeting) || greeting.length > MAX_GREETING_BYTES) break
    }
    return /^220[ -].*Minato sandbox/m.test(greeting)
  } finally {
    socket.destroy()
  }
}

async function filesAreSandbox({ config, outbound }: Ask): Promise<boolean> {
  const { filesUrl } = config.files
  const endpoint = filesUrl === undefined ? null : new URL(filesUrl).searchParams.get('endpoint')
  if (endpoint === null) return false
  const answer = await outbound.fetch(endpoint, {
    trust: 'config',
    service: 's3',
    timeoutMs: ASK_WITHIN_MS,
    maxBytes: 1024 * 1024,
    retries: 0,
  })
  await answer.body?.cancel()
  return answer.headers.get('server') === 'MinatoSandboxS3'
}

/** Where Sentry's own API begins; only the stand-in calls itself one there. */
async function errorsAreSandbox({ config, outbound }: Ask): Promise<boolean> {
  const { sentryDsn } = config.errors
  if (sentryDsn === undefined) return false
  const { origin, pathname } = new URL(sentryDsn.reveal())
  const answer = await outbound.fetch(`${origin}${pathname.replace(/\/\d+$/, '')}/api/0/`, {
    trust: 'config',
    service: 'sentry',
    timeoutMs: ASK_WITHIN_MS,
    maxBytes: 1024 * 1024,
    retries: 0,
  })
  return /"sandbox"\s*:\s*true/.test(await answer.text())
}
