import { createHash } from 'node:crypto'
import { chatBody } from './request-body.ts'
import type { CallOptions, ChatRequest, ChatResult } from './types.ts'

/** The part of the platform's cache that is used here. */
export type CacheDoor = {
  namespace(name: string): {
    get<T>(key: string): Promise<T | undefined>
    set(
      key: string,
      value: unknown,
      options: { ttlMs: number; encrypted?: boolean; tags?: string[] },
    ): Promise<unknown>
  }
}

/**
 * Answers of deterministic calls. Only where the caller asks, only at temperature 0, only without
 * tools and attachments; kept encrypted, because they hold what people wrote. Keys carry the user:
 * the speed of an answer must not tell one user what another one asked.
 */
export function createDeterministicCache(cache: CacheDoor | undefined) {
  const kept = cache?.namespace('llm')

  function keyOf(request: ChatRequest, call: CallOptions, model: string): string | undefined {
    if (kept === undefined || call.cache === undefined || request.temperature !== 0)
      return undefined
    if (request.tools !== undefined && request.tools.length > 0) return undefined
    const maxOutputTokens = request.maxOutputTokens ?? 0
    const body = chatBody(request, { model, stream: false, maxOutputTokens, quirks: new Set() })
    if (body.kind !== 'text') return undefined
    const hash = createHash('sha256').update(call.userId).update('\n').update(body.text)
    return `answer:${call.app}:${hash.digest('base64url')}`
  }

  return {
    keyOf,
    get: (key: string) => kept?.get<ChatResult>(key),
    async set(key: string, result: ChatResult, ttlMs: number): Promise<void> {
      await kept?.set(key, result, { ttlMs, encrypted: true })
    },
  }
}

export type DeterministicCache = ReturnType<typeof createDeterministicCache>
