import type { Generated } from 'kysely'

export type SecretsTables = {
  'mcp_console.vault_items': {
    id: Generated<string>
    owner_id: string
    name: string
    /** Names of the fields that hold a value; they are no secret. */
    fields: string[]
    /** JSON of all values, encrypted and bound to this row. */
    secret: string
    created_at: Date
    updated_at: Date
  }
  'mcp_console.vault_sessions': {
    session_id: string
    user_id: string
    email: string | null
    session_key: string
    data: string
    opened_at: Date
  }
  'mcp_console.github_token': {
    id: Generated<boolean>
    token: string
    item: string
    field: string
    set_by: string
    set_at: Date
  }
}
