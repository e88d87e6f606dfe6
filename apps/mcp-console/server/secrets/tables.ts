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
}
