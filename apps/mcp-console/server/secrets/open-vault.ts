import type { MinatoError } from '@minato/platform/errors'
import { registerSecret } from '@minato/platform/log'
import type { ConsoleServices } from '../config.ts'
import { openDataFolder } from './bitwarden/data-folder.ts'
import { BwFailure } from './bitwarden/failure.ts'
import { runBw } from './bitwarden/run-bw.ts'
import { bwSettings } from './bitwarden/settings.ts'
import { type BwCredentials, signIn } from './bitwarden/sign-in.ts'
import { secretsErrors } from './errors.ts'
import type { VaultOwner } from './vault-item.ts'
import {
  loadVaultSession,
  purgeCachedItems,
  saveVaultData,
  saveVaultSession,
} from './vault-sessions.ts'

/**
 * Opens a person's Bitwarden vault for their sign-in session. The master password is used and forgotten; what stays is
 * the session key, encrypted, until that session ends.
 *
 * @throws {MinatoError} MCP_CONSOLE_VAULT_* with the reason
 */
export async function openVault(
  services: ConsoleServices,
  who: VaultOwner,
  credentials: BwCredentials,
  signal: AbortSignal,
): Promise<void> {
  const { masterPassword, apiKey, twoStep } = credentials
  const forget = [masterPassword, apiKey?.clientSecret, twoStep?.code]
    .filter((value) => value !== undefined)
    .map((value) => registerSecret(value))
  await using folder = await openDataFolder()
  const settings = bwSettings(services, folder.path)
  try {
    const server = services.appConfig.bitwardenUrl
    const sessionKey = await signIn(settings, server, credentials, signal)
    const data = await folder.read()
    await purgeCachedItems(services, who.sessionId)
    await saveVaultSession(services, who, { email: credentials.email ?? null, sessionKey, data })
    services.log.info('mcp-console.vault.opened', { userId: who.userId })
  } catch (error) {
    throw reported(services, error, settings.timeoutMs)
  } finally {
    for (const each of forget) each()
  }
}

/** Reads the vault anew from its server, so that a rotated value is seen at once. */
export async function syncVault(
  services: ConsoleServices,
  who: VaultOwner,
  signal: AbortSignal,
): Promise<void> {
  const session = await loadVaultSession(services, who)
  if (session === undefined) throw secretsErrors.MCP_CONSOLE_VAULT_LOCKED()
  await using folder = await openDataFolder(session.data)
  const settings = bwSettings(services, folder.path)
  try {
    await runBw(settings, { args: ['sync'], secrets: { BW_SESSION: session.sessionKey }, signal })
    await saveVaultData(services, who.sessionId, await folder.read())
    await purgeCachedItems(services, who.sessionId)
  } catch (error) {
    throw reported(services, error, settings.timeoutMs)
  }
}

function reported(services: ConsoleServices, error: unknown, timeoutMs: number): unknown {
  if (!(error instanceof BwFailure)) return error
  const { reason, exitCode } = error
  services.log.warn('mcp-console.vault.failed', { reason, exitCode })
  return toError(error, timeoutMs)
}

function toError({ reason }: BwFailure, timeoutMs: number): MinatoError {
  const options = { members: { reason } }
  switch (reason) {
    case 'credentials_wrong':
      return secretsErrors.MCP_CONSOLE_VAULT_CREDENTIALS({}, options)
    case 'code_required':
      return secretsErrors.MCP_CONSOLE_VAULT_CODE_REQUIRED({}, options)
    case 'code_wrong':
      return secretsErrors.MCP_CONSOLE_VAULT_CODE_WRONG({}, options)
    case 'rate_limited':
      return secretsErrors.MCP_CONSOLE_VAULT_RATE_LIMITED({}, options)
    case 'unreachable':
      return secretsErrors.MCP_CONSOLE_VAULT_UNREACHABLE({}, options)
    case 'timeout':
      return secretsErrors.MCP_CONSOLE_VAULT_SLOW({ seconds: Math.ceil(timeoutMs / 1000) }, options)
    case 'program_missing':
      return secretsErrors.MCP_CONSOLE_VAULT_PROGRAM_MISSING({}, options)
    case 'session_ended':
      return secretsErrors.MCP_CONSOLE_VAULT_LOCKED({}, options)
    default:
      return secretsErrors.MCP_CONSOLE_VAULT_FAILED({}, options)
  }
}
