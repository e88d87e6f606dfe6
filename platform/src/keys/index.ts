export { KeyError } from './errors.ts'
export { createKeyRing, type KeyContext, type KeyRing, type RingKey } from './key-ring.ts'
export { fingerprint, generateKeys, keysConfig, parseKeys } from './keys-config.ts'
