import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openObjectStore } from './object-store.ts'
import { type S3Options, startS3 } from './server.ts'
import { openUploads } from './uploads.ts'

/** What a client needs to reach the bucket. */
export type S3Access = {
  endpoint: string
  bucket: string
  accessKeyId: string
  secretAccessKey: string
  region: string
}

/**
 * Well-known on purpose: links signed before a restart stay good after it, and the key opens
 * nothing but this process on loopback.
 */
const S3_CREDENTIALS = {
  accessKeyId: 'MINATOSANDBOXDEVKEY0',
  secretAccessKey: 'minato-sandbox-development-key-not-secret',
  region: 'ap-northeast-1',
}
const S3_BUCKET = 'minato'

export type OpenedS3 = S3Access & {
  counts(): { objects: number; uploads: number }
  clear(): Promise<void>
  close(): Promise<void>
}

type OpenOptions = Omit<S3Options, 'store' | 'uploads' | 'credentials'> & { folder: string | null }

/** Opens the store (a temporary one without a folder), makes the bucket and starts listening. */
export async function openS3({ folder, ...options }: OpenOptions): Promise<OpenedS3> {
  const root = folder ?? (await mkdtemp(join(tmpdir(), 'minato-sandbox-s3-')))
  const store = await openObjectStore(root, options.now)
  const uploads = await openUploads(store, options.now)
  if (!store.buckets.has(S3_BUCKET)) await store.createBucket(S3_BUCKET)
  const service = await startS3({ ...options, store, uploads, credentials: S3_CREDENTIALS })
  const { accessKeyId, secretAccessKey, region } = S3_CREDENTIALS
  return {
    endpoint: service.endpoint,
    bucket: S3_BUCKET,
    accessKeyId,
    secretAccessKey,
    region,
    counts: () => ({
      objects: [...store.buckets.values()].reduce((sum, bucket) => sum + bucket.objects.size, 0),
      uploads: [...store.buckets.keys()].flatMap((name) => uploads.list(name)).length,
    }),
    async clear() {
      await uploads.clear()
      await store.clear()
    },
    async close() {
      await service.close()
      if (!folder) await rm(root, { recursive: true, force: true })
    },
  }
}
