import type { Invalidation } from './invalidations.ts'
import type { Principal } from './types.ts'

/** What a credential proved, and until when that may be believed without asking again. */
export type Entry = {
  principal: Principal
  /** ms since the epoch */
  freshUntil: number
  familyId?: string
}

export type PrincipalCache = {
  get(credential: string, now: number): Principal | undefined
  /** Changes with every invalidation: what was read before one must not be kept after it. */
  generation(): number
  keep(credential: string, entry: Entry, generation: number): void
  drop(event: Invalidation): void
  size(): number
}

const MAX_ENTRIES = 10_000

/** Bounded map of credentials to principals. Looking up is synchronous: it runs on every request. */
export function createPrincipalCache(maxEntries = MAX_ENTRIES): PrincipalCache {
  const entries = new Map<string, Entry>()
  let generation = 0
  return {
    get(credential, now) {
      const entry = entries.get(credential)
      return entry !== undefined && now < entry.freshUntil ? entry.principal : undefined
    },
    generation: () => generation,
    keep(credential, entry, readAt) {
      if (readAt !== generation) return
      entries.delete(credential)
      entries.set(credential, entry)
      // Maps keep insertion order: the first is the one refreshed longest ago.
      if (entries.size > maxEntries)
        for (const oldest of entries.keys()) {
          entries.delete(oldest)
          break
        }
    },
    drop(event) {
      generation += 1
      if (
        event.kind === 'permissions' ||
        event.kind === 'everything' ||
        event.kind === 'signing-keys'
      ) {
        entries.clear()
        return
      }
      for (const [credential, entry] of entries) {
        if (concerns(event.kind, event.id, entry)) entries.delete(credential)
      }
    },
    size: () => entries.size,
  }
}

function concerns(kind: 'user' | 'session' | 'key' | 'family', id: string, entry: Entry): boolean {
  switch (kind) {
    case 'user':
      return entry.principal.userId === id
    case 'session':
      return entry.principal.sessionId === id
    case 'key':
      return entry.principal.keyId === id
    case 'family':
      return entry.familyId === id
  }
}
