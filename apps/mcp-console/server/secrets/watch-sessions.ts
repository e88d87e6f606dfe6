import type { ConsoleServices } from '../config.ts'
import { sweepDataFolders } from './bitwarden/data-folder.ts'
import { endVaultSessions, sweepVaultSessions } from './vault-sessions.ts'

const SWEEP_MS = 60_000

/**
 * Locks a vault as soon as its sign-in session is revoked, in whichever process that happens. Expiry tells nobody:
 * `sweepEndedVaults` looks for it.
 */
export function lockVaultsAtSignOut(services: ConsoleServices): void {
  services.auth.onChange((event) => {
    const work =
      event.kind === 'session'
        ? endVaultSessions(services, [event.id])
        : event.kind === 'user'
          ? sweepVaultSessions(services, { userId: event.id })
          : undefined
    // Missed (the process dies now, the database is away): the sweep of a worker ends it within a minute.
    work?.catch((error: unknown) =>
      services.log.error('mcp-console.vault.lock_failed', { err: error }),
    )
  })
}

/** Runs in every worker: ends the vaults of sessions that are over, and removes what killed processes left. */
export function sweepEndedVaults(services: ConsoleServices): () => void {
  let running = false
  const sweep = async () => {
    if (running) return
    running = true
    try {
      const ended = await sweepVaultSessions(services)
      if (ended > 0) services.log.info('mcp-console.vault.ended', { count: ended })
      await sweepDataFolders(Date.now())
    } catch (error) {
      services.log.error('mcp-console.vault.sweep_failed', { err: error })
    } finally {
      running = false
    }
  }
  const timer = setInterval(() => void sweep(), SWEEP_MS)
  timer.unref()
  return () => clearInterval(timer)
}
