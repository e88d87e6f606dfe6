export type { EncryptedCache, EncryptedColumn, EncryptedPlaces } from './encrypted-column.ts'
export { KeyError } from './errors.ts'
export { decryptFernet, parseFernetKey } from './fernet.ts'
export { createKeyRing, type KeyContext, type KeyRing, type RingKey } from './key-ring.ts'
export {
  fingerprint,
  generateKeys,
  isDevelopmentKey,
  keysConfig,
  parseKeys,
} from './keys-config.ts'
