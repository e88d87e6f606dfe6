import type { EncryptedPlaces } from '../keys/index.ts'

/** What this concern keeps under the key ring: answers that may be given again. */
export const llmEncrypted: EncryptedPlaces = {
  columns: [],
  cached: [{ namespace: 'llm', prefix: 'answer:' }],
}
