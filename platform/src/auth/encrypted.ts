import type { EncryptedPlaces } from '../keys/index.ts'

/** What this concern keeps under the key ring. */
export const authEncrypted: EncryptedPlaces = {
  columns: [
    { table: 'minato.jwks', column: 'private_key', key: 'kid' },
    { table: 'minato.two_factors', column: 'secret', key: 'user_id' },
  ],
}
