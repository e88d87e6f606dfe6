import type { ConsoleServices } from '../config.ts'
import { remoteTables } from './store.ts'

/** Removes authorizations that were begun and never came back. */
export async function sweepAuthorizations(services: ConsoleServices): Promise<void> {
  await remoteTables(services.db)
    .deleteFrom('mcp_console.oauth_states')
    .where('expires_at', '<=', new Date(services.clock()))
    .execute()
}
