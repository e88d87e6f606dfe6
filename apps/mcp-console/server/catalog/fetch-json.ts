import { OutboundError } from '@minato/platform/outbound'
import type { ConsoleServices } from '../config.ts'
import { SourceError } from './errors.ts'
import type { CatalogSource } from './sources.ts'

const MAX_BYTES = 32 * 1024 * 1024
const ATTEMPT_MS = 20_000
const RETRY_AFTER_MAX_SECONDS = 3600
const RETRY_AFTER_DEFAULT_SECONDS = 60
const PAUSE_MS = 300

/**
 * The JSON of one address of a source. One more try for what may pass by itself; never after 429.
 * @throws {SourceError} with a problem that names no address; the caller's abort reason
 */
export async function fetchJson(
  services: ConsoleServices,
  source: CatalogSource,
  url: URL,
  options: { signal: AbortSignal; githubToken: string | undefined },
): Promise<unknown> {
  try {
    return await fetchOnce(services, source, url, options)
  } catch (error) {
    const again = error instanceof SourceError && error.reason === 'upstream_unavailable'
    if (!again || !isPassing(error)) throw error
    await pause(PAUSE_MS, options.signal)
    return await fetchOnce(services, source, url, options)
  }
}

/** 502–504 and lost connections pass by themselves; a refusal or a page of HTML does not. */
function isPassing(error: SourceError): boolean {
  return error.cause instanceof OutboundError
    ? error.cause.retryable && error.cause.code !== 'OUTBOUND_TIMEOUT'
    : /^answered 50[234]$/.test(error.problem)
}

async function fetchOnce(
  services: ConsoleServices,
  source: CatalogSource,
  url: URL,
  { signal, githubToken }: { signal: AbortSignal; githubToken: string | undefined },
): Promise<unknown> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (githubToken !== undefined && mayHaveToken(services, url)) {
    headers['authorization'] = `Bearer ${githubToken}`
  }
  try {
    const response = await services.outbound.fetch(url, {
      trust: source.trust,
      service: 'mcp-catalog',
      timeoutMs: ATTEMPT_MS,
      maxBytes: MAX_BYTES,
      retries: 0,
      headers,
      signal,
    })
    if (!response.ok) {
      await response.body?.cancel()
      throw refusal(services, response)
    }
    return JSON.parse(await response.text())
  } catch (error) {
    if (error instanceof SourceError) throw error
    if (signal.aborted) throw signal.reason
    if (error instanceof OutboundError) {
      throw new SourceError('upstream_unavailable', error.code, { cause: error })
    }
    if (error instanceof SyntaxError) {
      throw new SourceError('upstream_unavailable', 'answered no JSON', { cause: error })
    }
    throw error
  }
}

/** GitHub's token goes to GitHub, over https (a laptop's sandbox is named by its address). */
function mayHaveToken({ appConfig, profile }: ConsoleServices, url: URL): boolean {
  const laptop = profile === 'development' || profile === 'test'
  return appConfig.githubHosts.includes(url.host) && (url.protocol === 'https:' || laptop)
}

function refusal(services: ConsoleServices, response: Response): SourceError {
  const { status, headers } = response
  // GitHub says 403 with nothing left of the limit (docs: "Rate limits for the REST API").
  const spent = status === 403 && headers.get('x-ratelimit-remaining') === '0'
  if (status !== 429 && !spent) {
    return new SourceError('upstream_unavailable', `answered ${status}`)
  }
  const retryAfterSeconds = waitOf(headers, services.clock())
  return new SourceError('rate_limited', `answered ${status}`, { retryAfterSeconds })
}

/** Seconds or a date in Retry-After, else GitHub's reset time, else a minute. */
function waitOf(headers: Headers, now: number): number {
  const after = headers.get('retry-after')
  const reset = headers.get('x-ratelimit-reset')
  const seconds =
    after !== null
      ? /^\d+$/.test(after)
        ? Number(after)
        : (Date.parse(after) - now) / 1000
      : reset !== null
        ? Number(reset) - now / 1000
        : RETRY_AFTER_DEFAULT_SECONDS
  const known = Number.isFinite(seconds) ? Math.ceil(seconds) : RETRY_AFTER_DEFAULT_SECONDS
  return Math.min(Math.max(known, 1), RETRY_AFTER_MAX_SECONDS)
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { setTimeout: wait } = await import('node:timers/promises')
  await wait(ms, undefined, { signal })
}
