/**
 * A column that holds ciphertexts of the key ring. They must be bound to this table and column, and to the text of
 * the row's key: that is how `minato keys rotate` finds and opens them.
 */
export type EncryptedColumn = {
  /** With its schema: `mcp_console.vault_items`. */
  table: string
  column: string
  /** The column whose value names the row; unique in the table. */
  key: string
}

/** A part of the cache that holds ciphertexts: a rotation empties it. */
export type EncryptedCache = { namespace: string; prefix: string }

/** What an app or concern keeps under the key ring. */
export type EncryptedPlaces = {
  columns: readonly EncryptedColumn[]
  cached?: readonly EncryptedCache[]
}
