import type { MinatoError } from '@minato/platform/errors'
import type { ConsoleServices } from '../config.ts'
import { openDataFolder } from './bitwarden/data-folder.ts'
import { BwFailure } from './bitwarden/failure.ts'
import { getItem } from './bitwarden/get-item.ts'
import { bwSettings } from './bitwarden/settings.ts'
import { secretsErrors } from './errors.ts'
import type { Reference } from './reference.ts'
import type { VaultItem, VaultOwner, VaultProvider } from './vault-item.ts'
import {
  cachePrefix,
  endVaultSessions,
  isVaultOpen,
  loadVaultSession,
  saveVaultData,
  type VaultSession,
} from './vault-sessions.ts'

const CACHE_MS = 30 * 60_000

/** How an item lies in the cache. */
type CachedItem = Omit<VaultItem, 'custom'> & { custom: [string, string][] }

/**
 * The Bitwarden vault that was opened in this sign-in session; undefined when none is open. What was read is kept for
 * 30 minutes, encrypted, and goes with the session.
 */
export async function bitwardenVault(
  services: ConsoleServices,
  who: VaultOwner,
): Promise<VaultProvider | undefined> {
  const session = await loadVaultSession(services, who)
  if (session === undefined) return undefined
  const cache = services.cache.namespace('mcp-console')
  return {
    name: 'bitwarden',
    async find(wanted, signal) {
      const key = `${cachePrefix(who.sessionId)}${wanted.item}`
      const cached = await cache.get<CachedItem>(key)
      if (cached !== undefined) return { ...cached, custom: new Map(cached.custom) }
      const item = await lookUp(services, who, session, wanted, signal)
      if (item === undefined) return undefined
      const kept: CachedItem = { ...item, custom: [...item.custom] }
      await cache.set(key, kept, { ttlMs: CACHE_MS, encrypted: true })
      // The session may have ended while the program ran, and its values been purged before this one came.
      if (!(await isVaultOpen(services, who.sessionId))) await cache.delete(key)
      return item
    },
  }
}

async function lookUp(
  services: ConsoleServices,
  who: VaultOwner,
  session: VaultSession,
  wanted: Reference,
  signal: AbortSignal,
): Promise<VaultItem | undefined> {
  await using folder = await openDataFolder(session.data)
  const settings = bwSettings(services, folder.path)
  try {
    return await getItem(settings, session.sessionKey, wanted.item, signal)
  } catch (error) {
    if (!(error instanceof BwFailure)) throw error
    const { reason, exitCode } = error
    services.log.warn('mcp-console.vault.lookup_failed', { reason, exitCode, item: wanted.item })
    if (reason === 'session_ended') await endVaultSessions(services, [who.sessionId])
    throw lookupError(error, wanted, settings.timeoutMs)
  } finally {
    const data = await folder.read().catch(() => session.data)
    if (data !== session.data) await saveVaultData(services, who.sessionId, data)
  }
}

/** Names item and field; what the program said stays behind. */
function lookupError(
  failure: BwFailure,
  { item, field }: Reference,
  timeoutMs: number,
): MinatoError {
  const params = { item, field, seconds: Math.ceil(timeoutMs / 1000) }
  const members = { reason: failure.reason, item, field }
  if (failure.reason === 'timeout') {
    return secretsErrors.MCP_CONSOLE_VAULT_TIMEOUT(params, { members })
  }
  if (failure.reason === 'item_ambiguous') {
    return secretsErrors.MCP_CONSOLE_SECRET_ITEM_AMBIGUOUS(params, { members })
  }
  if (failure.reason === 'session_ended') {
    return secretsErrors.MCP_CONSOLE_VAULT_LOCKED(params, { members })
  }
  return secretsErrors.MCP_CONSOLE_VAULT_LOOKUP_FAILED(params, { members })
}
