import type { ConsoleServices } from '../config.ts'
import type { Reference } from './reference.ts'
import { formatReference } from './reference.ts'
import { resolveReferences } from './resolve.ts'
import type { SecretsTables } from './tables.ts'
import type { VaultOwner } from './vault-item.ts'

const TABLE = 'mcp_console.github_token'
const PLACE = { table: TABLE, column: 'token', row: 'true' }

/** Where the token came from; never the token. */
export type GithubTokenView = { item: string; field: string; setBy: string; setAt: string }

/** The token that lifts GitHub's rate limits for catalogs; undefined when none is set. */
export async function githubToken(services: ConsoleServices): Promise<string | undefined> {
  const row = await tables(services).selectFrom(TABLE).select('token').executeTakeFirst()
  return row === undefined ? undefined : services.keys.decrypt(row.token, PLACE).toString('utf8')
}

export async function githubTokenView(
  services: ConsoleServices,
): Promise<GithubTokenView | undefined> {
  const row = await tables(services)
    .selectFrom(TABLE)
    .select(['item', 'field', 'set_by', 'set_at'])
    .executeTakeFirst()
  if (row === undefined) return undefined
  return {
    item: row.item,
    field: row.field,
    setBy: row.set_by,
    setAt: row.set_at.toISOString(),
  }
}

/** Copies the token out of the person's vault: catalogs are read while nobody's vault is open. */
export async function setGithubToken(
  services: ConsoleServices,
  who: VaultOwner,
  reference: Reference,
  signal: AbortSignal,
): Promise<void> {
  using resolved = await resolveReferences(services, who, formatReference(reference), signal)
  const values = {
    token: services.keys.encrypt(resolved.reveal(), PLACE),
    item: reference.item,
    field: reference.field,
    set_by: who.userId,
    set_at: new Date(services.clock()),
  }
  await tables(services)
    .insertInto(TABLE)
    .values({ id: true, ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute()
}

export async function removeGithubToken(services: ConsoleServices): Promise<void> {
  await tables(services).deleteFrom(TABLE).execute()
}

function tables(services: ConsoleServices) {
  return services.db.withTables<SecretsTables>()
}
