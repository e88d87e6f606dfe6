import { hash } from 'node:crypto'
import { ByteQueue } from './byte-queue.ts'
import { backupErrors } from './errors.ts'
import type { BackupStore } from './store.ts'

/** One stored file of a part: a slice of its sealed stream. */
export type Volume = { name: string; bytes: number; sha256: string }

/** Small enough to be held in memory and sent again when a request to the store fails. */
const VOLUME_BYTES = 8 * 1024 * 1024

/** Writes a stream as `<id>/<part>.00001` and so on, each one whole or not at all. */
export async function writeVolumes(
  store: BackupStore,
  id: string,
  part: string,
  source: AsyncIterable<Uint8Array>,
  volumeBytes = VOLUME_BYTES,
): Promise<Volume[]> {
  const volumes: Volume[] = []
  const queue = new ByteQueue()
  const write = async (bytes: Buffer): Promise<void> => {
    const name = `${part}.${String(volumes.length + 1).padStart(5, '0')}`
    await store.put(`${id}/${name}`, bytes)
    volumes.push({ name, bytes: bytes.length, sha256: hash('sha256', bytes) })
  }
  for await (const piece of source) {
    queue.push(piece)
    while (queue.length >= volumeBytes) await write(queue.take(volumeBytes) ?? Buffer.alloc(0))
  }
  if (queue.length > 0) await write(queue.take(queue.length) ?? Buffer.alloc(0))
  return volumes
}

/**
 * The stream again; each volume is compared with its size and hash before a byte of it is given out.
 * @throws {MinatoError} BACKUP_PART_MISSING, BACKUP_CORRUPT
 */
export async function* readVolumes(
  store: BackupStore,
  id: string,
  volumes: readonly Volume[],
): AsyncGenerator<Buffer, void, void> {
  for (const { name, bytes, sha256 } of volumes) {
    const found = await store.get(`${id}/${name}`)
    const params = { id, part: name, place: store.place }
    if (found === undefined) throw backupErrors.BACKUP_PART_MISSING(params)
    if (found.length !== bytes) {
      const reason = `it has ${found.length} bytes instead of ${bytes}`
      throw backupErrors.BACKUP_CORRUPT({ ...params, reason })
    }
    if (hash('sha256', found) !== sha256) {
      throw backupErrors.BACKUP_CORRUPT({ ...params, reason: 'its SHA-256 is another one' })
    }
    yield found
  }
}
