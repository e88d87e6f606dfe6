import type { KeyContext, KeyRing } from '@minato/platform/keys'

type Place = {
  table: 'remote_servers' | 'oauth_credentials' | 'oauth_states' | 'oauth_clients'
  column: string
  row: string
}

function context({ table, column, row }: Place): KeyContext {
  return { table: `mcp_console.${table}`, column, row }
}

/** Encrypts under the key ring, bound to table, column and row. */
export function seal(keys: KeyRing, text: string, place: Place): string {
  return keys.encrypt(text, context(place))
}

/** @throws {KeyError} where the value was altered, moved, or made with a key that is gone. */
export function unseal(keys: KeyRing, token: string, place: Place): string {
  return keys.decrypt(token, context(place)).toString('utf8')
}

/** Re-seals an optional secret for another row. */
export function move(keys: KeyRing, token: string | null, from: Place, to: Place): string | null {
  return token === null ? null : seal(keys, unseal(keys, token, from), to)
}
