import { KeyError, type KeyRing } from '../keys/index.ts'

/** How a value lies in the cache: in the clear, or as a ciphertext bound to its namespace and key. */
export type Envelope = { value: unknown } | { sealed: string }

export function close(
  keys: Pick<KeyRing, 'encrypt'>,
  place: { prefix: string; key: string },
  value: unknown,
  encrypted: boolean | undefined,
): Envelope {
  if (encrypted !== true) return { value }
  return { sealed: keys.encrypt(JSON.stringify(value), contextOf(place)) }
}

/** Undefined when the value cannot be opened any more (a key was retired): a miss, not a failure. */
export function open(
  keys: Pick<KeyRing, 'decrypt'>,
  place: { prefix: string; key: string },
  envelope: unknown,
): { value: unknown } | undefined {
  if (typeof envelope !== 'object' || envelope === null) return undefined
  if ('value' in envelope) return { value: envelope.value }
  if (!('sealed' in envelope) || typeof envelope.sealed !== 'string') return undefined
  try {
    return { value: JSON.parse(keys.decrypt(envelope.sealed, contextOf(place)).toString('utf8')) }
  } catch (error) {
    if (error instanceof KeyError) return undefined
    throw error
  }
}

function contextOf({ prefix, key }: { prefix: string; key: string }) {
  return { table: 'cache', column: prefix, row: key }
}
