import { hash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { KeyError, type KeyRing } from '../keys/index.ts'
import { backupErrors } from './errors.ts'
import { partKey, SealBroken, seal, unseal } from './seal.ts'
import type { BackupStore } from './store.ts'

/** Written last: a backup without it was never finished, and is neither listed nor restored. */
export const MANIFEST = 'manifest'
const MAGIC = 'MINATO-BACKUP'

/** What may be read without a key. It is bound to the sealed rest: altered, the rest does not open. */
const headerSchema = z.object({
  format: z.literal(1),
  id: z.string(),
  /** The moment whose state the database part holds. */
  snapshotAt: z.iso.datetime(),
  release: z.string(),
  reason: z.string(),
  note: z.string(),
  bytes: z.number().int(),
  keyId: z.string(),
  /** The backup's own key, under the key ring. */
  dataKey: z.string(),
})
export type BackupHeader = z.infer<typeof headerSchema>

const volume = z.object({ name: z.string(), bytes: z.number().int(), sha256: z.string() })
const tally = z.object({ rows: z.number().int(), bytes: z.number().int(), checksum: z.string() })

const contentSchema = z.object({
  kind: z.enum(['pglite', 'postgres']),
  serverVersion: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  /** Every key that is needed to read what is inside: the backup's own, and those of stored ciphertexts. */
  keyIds: z.array(z.string()),
  migrations: z.array(z.object({ owner: z.string(), id: z.string(), checksum: z.string() })),
  tables: z.array(
    z.object({
      name: z.string(),
      columns: z.array(z.object({ name: z.string(), type: z.string(), stored: z.boolean() })),
      partitioned: z.boolean(),
      tally,
    }),
  ),
  partitions: z.array(z.object({ name: z.string(), parent: z.string(), bound: z.string() })),
  sequences: z.array(z.object({ name: z.string(), last: z.string().nullable() })),
  /** Names of indexes, constraints and triggers: what the migrations must make again. */
  objects: z.array(z.string()),
  /** Tables that belong to nobody's migrations: they are not in the backup. */
  leftOut: z.array(z.string()),
  files: z.object({ count: z.number().int(), bytes: z.number().int() }),
  parts: z.array(z.object({ name: z.string(), volumes: z.array(volume) })),
})
export type BackupContent = z.infer<typeof contentSchema>
export type Manifest = BackupHeader & BackupContent

/** An opened backup: its manifest, and what its parts are read with. */
export type OpenBackup = { store: BackupStore; manifest: Manifest; dataKey: Buffer }

const contextOf = (id: string) => ({ table: 'minato.backups', column: 'data_key', row: id })

/** `20261122T030000Z-1f2e3d4c`: sorts by time (the milliseconds are its first hex digits), and two made at once differ. */
export function newBackupId(now: Date): string {
  const stamp = now.toISOString().replace(/\.\d+Z$/, 'Z')
  const millis = now.getUTCMilliseconds().toString(16).padStart(3, '0')
  const random = randomBytes(3).toString('hex').slice(0, 5)
  return `${stamp.replaceAll(/[-:]/g, '')}-${millis}${random}`
}

export const BACKUP_ID = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/

/** A new key for one backup, and its form under the key ring. */
export function newDataKey(keys: KeyRing, id: string): { dataKey: Buffer; sealed: string } {
  const dataKey = randomBytes(32)
  return { dataKey, sealed: keys.encrypt(dataKey, contextOf(id)) }
}

/** `MINATO-BACKUP <header as JSON> ⏎ <sealed content>` */
export async function encodeManifest(
  dataKey: Buffer,
  header: BackupHeader,
  content: BackupContent,
): Promise<Buffer> {
  const line = `${MAGIC} ${JSON.stringify(header)}`
  const pieces: Buffer[] = [Buffer.from(`${line}\n`)]
  const plain = Buffer.from(JSON.stringify(content))
  for await (const piece of seal(manifestKey(dataKey, header.id, line), bytesOf(plain))) {
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

const manifestKey = (dataKey: Buffer, id: string, line: string): Buffer =>
  partKey(dataKey, id, `manifest ${hash('sha256', line)}`)

async function* bytesOf(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

/**
 * The part of a manifest that needs no key; its truth is proven only by `openManifest`.
 * @throws {MinatoError} BACKUP_FORMAT_UNKNOWN, BACKUP_CORRUPT
 */
export function readHeader(id: string, bytes: Buffer): BackupHeader {
  const line = lineOf(bytes)
  if (!line.startsWith(`${MAGIC} `)) throw corrupt(id, 'it does not begin as a manifest does')
  const json = parseJson(line.slice(MAGIC.length + 1))
  const format = z.object({ format: z.number() }).safeParse(json)
  if (format.success && format.data.format !== 1) throw backupErrors.BACKUP_FORMAT_UNKNOWN({ id })
  const header = headerSchema.safeParse(json)
  if (!header.success || header.data.id !== id) throw corrupt(id, 'its first line is altered')
  return header.data
}

/**
 * The whole manifest, authenticated.
 * @throws {MinatoError} BACKUP_KEY_MISSING, BACKUP_KEY_WRONG, BACKUP_CORRUPT, BACKUP_FORMAT_UNKNOWN
 */
export async function openManifest(
  store: BackupStore,
  keys: KeyRing,
  id: string,
  bytes: Buffer,
): Promise<OpenBackup> {
  const header = readHeader(id, bytes)
  const dataKey = unwrap(keys, header)
  const line = lineOf(bytes)
  const sealed = bytes.subarray(Buffer.byteLength(line) + 1)
  const pieces: Buffer[] = []
  try {
    for await (const piece of unseal(manifestKey(dataKey, id, line), bytesOf(sealed))) {
      pieces.push(piece)
    }
  } catch (error) {
    if (error instanceof SealBroken) throw corrupt(id, error.message)
    throw error
  }
  const content = contentSchema.parse(JSON.parse(Buffer.concat(pieces).toString('utf8')))
  return { store, manifest: { ...header, ...content }, dataKey }
}

function unwrap(keys: KeyRing, { id, keyId, dataKey }: BackupHeader): Buffer {
  try {
    return keys.decrypt(dataKey, contextOf(id))
  } catch (error) {
    if (!(error instanceof KeyError)) throw error
    if (error.code === 'KEY_UNKNOWN') {
      throw backupErrors.BACKUP_KEY_MISSING({ keyId }, { cause: error })
    }
    throw backupErrors.BACKUP_KEY_WRONG({ keyId }, { cause: error })
  }
}

const corrupt = (id: string, reason: string) =>
  backupErrors.BACKUP_CORRUPT({ id, part: MANIFEST, reason })

function lineOf(bytes: Buffer): string {
  const end = bytes.indexOf(0x0a)
  return bytes.subarray(0, end === -1 ? 0 : end).toString('utf8')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
