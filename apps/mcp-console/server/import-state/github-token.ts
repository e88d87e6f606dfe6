import { type Decision, type ImportContext, leave } from './decision.ts'
import { FERNET_REASONS, openFernet } from './fernet-tokens.ts'
import { jsonOf, type StateRow, textOf, timeOf } from './state-file.ts'

const TABLE = 'mcp_console.github_token'
type Tables = {
  [TABLE]: {
    id: boolean
    token: string
    item: string
    field: string
    set_by: string
    set_at: Date
  }
}

/** `github_tokens` (one row) → the token that lifts the limits of catalogs. */
export async function decideGithubToken(context: ImportContext): Promise<Decision[]> {
  const there = await context.db
    .withTables<Tables>()
    .selectFrom(TABLE)
    .select('id')
    .executeTakeFirst()
  return context.file.rows('github_tokens').map((row) => decide(context, row, there !== undefined))
}

function decide(context: ImportContext, row: StateRow, there: boolean): Decision {
  const id = textOf(row, 'source').slice(0, 100) || 'github'
  if (there) return { id, fate: 'already' }
  const opened = openFernet(jsonOf(row, 'token_ref'), context.fernetKeys)
  if ('reason' in opened) {
    const { en, ja } = FERNET_REASONS[opened.reason]
    return leave(id, opened.reason, en, ja)
  }
  // `bitwarden:item:field`
  const [, item = 'github', field = 'token'] = textOf(row, 'source').split(':')
  const { services, ownerId } = context
  return {
    id,
    fate: 'take',
    async write(db) {
      const place = { table: TABLE, column: 'token', row: 'true' }
      await db
        .withTables<Tables>()
        .insertInto(TABLE)
        .values({
          ...{ id: true, item, field, set_by: ownerId ?? '' },
          token: services.keys.encrypt(opened.text, place),
          set_at: timeOf(row, 'updated_at') ?? new Date(services.clock()),
        })
        .execute()
    },
  }
}
