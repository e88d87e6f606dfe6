import { ConfigError, type Problem } from '../config/index.ts'
import type { Services } from './services.ts'

const ASK_WITHIN_MS = 3000

/**
 * Staging and production use a stand-in only where MINATO_ALLOW_SANDBOX names it. The model server
 * is asked what it is: a sandbox lists models named `sandbox-…`. One that does not answer is not
 * refused: a model that is away must not keep the system from starting.
 * @throws {ConfigError}
 */
export async function refuseSandboxes(services: Services): Promise<void> {
  if (services.profile !== 'production' && services.profile !== 'staging') return
  if (services.config.core.allowSandbox.includes('model')) return
  if (!(await modelIsSandbox(services))) return
  const problem: Problem = {
    variable: 'LLM_URL',
    problem: { en: 'points to a sandbox', ja: 'がサンドボックスを指しています' },
    mend: {
      en: 'set it to a real model server, or name "model" in MINATO_ALLOW_SANDBOX',
      ja: '本物のモデルサーバーを指定するか、MINATO_ALLOW_SANDBOX に model を加えてください',
    },
  }
  throw new ConfigError([problem])
}

async function modelIsSandbox({ config, outbound }: Services): Promise<boolean> {
  const { url, apiKey } = config.llm
  if (url === undefined) return false
  try {
    const answer = await outbound.fetch(`${url.replace(/\/$/, '')}/models`, {
      trust: 'config',
      service: 'llm',
      timeoutMs: ASK_WITHIN_MS,
      maxBytes: 1024 * 1024,
      retries: 0,
      headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey.reveal()}` },
    })
    const text = await answer.text()
    return /"id"\s*:\s*"sandbox-/.test(text)
  } catch {
    return false
  }
}
