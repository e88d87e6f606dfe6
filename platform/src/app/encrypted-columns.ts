import { authEncrypted } from '../auth/encrypted.ts'
import type { EncryptedCache, EncryptedColumn } from '../keys/index.ts'
import { llmEncrypted } from '../llm/encrypted.ts'
import { mailEncrypted } from '../mail/encrypted.ts'
import type { AppDefinition } from './define-app.ts'

const CONCERNS = [authEncrypted, mailEncrypted, llmEncrypted]

const placesOf = (apps: readonly AppDefinition[]) => [
  ...CONCERNS,
  ...apps.flatMap((app) => app.encrypted ?? []),
]

/** Every column of the platform and the apps that holds ciphertexts of the key ring. */
export function encryptedColumns(apps: readonly AppDefinition[]): EncryptedColumn[] {
  return placesOf(apps).flatMap(({ columns }) => columns)
}

/** Every part of the cache that holds such ciphertexts. */
export function encryptedCaches(apps: readonly AppDefinition[]): EncryptedCache[] {
  return placesOf(apps).flatMap(({ cached = [] }) => cached)
}
