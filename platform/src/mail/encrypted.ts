import type { EncryptedPlaces } from '../keys/index.ts'

/** What this concern keeps under the key ring. */
export const mailEncrypted: EncryptedPlaces = {
  columns: [{ table: 'minato.mail_outbox', column: 'body', key: 'id' }],
}
