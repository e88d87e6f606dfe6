import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { contentDisposition } from './content-disposition.ts'
import { filesErrors } from './errors.ts'
import { type ClientOptions, createS3Client, type S3Location } from './s3-client.ts'
import { isGone, isInvalidRange, s3Error } from './s3-errors.ts'
import { decodeMetadata, encodeMetadata } from './s3-metadata.ts'
import { type LinkOptions, MAX_LINK_MS } from './signed-link.ts'
import { openTemporary, spool, storageError } from './spool.ts'
import type { ByteRange, FileList, FileStore, PutOptions, ReadFile, StoredFile } from './store.ts'
import { verified } from './verified.ts'

type S3Options = ClientOptions & {
  /** Local folder where a stream is measured before it is sent. */
  spoolFolder: string
}

type Bucket = S3Location & { client: S3Client; spoolFolder: string }

/** Up to this size the body is held in memory, so that the SDK can repeat the request. */
const REPEATABLE_BYTES = 8 * 1024 * 1024

/** Files in a bucket of AWS S3, MinIO, R2 or anything that speaks the protocol. */
export function createS3Store(options: S3Options): FileStore {
  const bucket: Bucket = { ...createS3Client(options), spoolFolder: options.spoolFolder }
  return {
    kind: 's3',
    put: (key, source, putOptions) => put(bucket, key, source, putOptions),
    get: (key, range) => get(bucket, key, range),
    stat: (key) => stat(bucket, key),
    list: (prefix, cursor, limit) => list(bucket, prefix, cursor, limit),
    delete: async (key) => {
      await send(() => bucket.client.send(new DeleteObjectCommand(at(bucket, key))))
    },
    copy: (from, to) => copy(bucket, from, to),
    presign: (key, link) => presign(bucket, key, link),
    // An interrupted put leaves nothing in a bucket; spool files are this process's own and die with it.
    sweepLeftovers: () => Promise.resolve(0),
    probe: async () => {
      await list(bucket, '', null, 1)
    },
  }
}

function at(bucket: Bucket, key: string): { Bucket: string; Key: string } {
  return { Bucket: bucket.bucket, Key: bucket.prefix + key }
}

async function send<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request()
  } catch (error) {
    throw s3Error(error)
  }
}

async function put(
  bucket: Bucket,
  key: string,
  source: Uint8Array | Readable,
  { contentType, maxBytes, metadata = {} }: PutOptions,
): Promise<StoredFile> {
  // S3 wants the length first, and an object must never appear before its content is known to be whole.
  const path = join(bucket.spoolFolder, `s3-${randomUUID()}`)
  try {
    await mkdir(bucket.spoolFolder, { recursive: true })
    await using handle = await openTemporary(path)
    const { size, sha256 } = await spool(handle, source, maxBytes)
    const bytes = size <= REPEATABLE_BYTES ? await readFile(path) : undefined
    await send(() =>
      bucket.client.send(
        new PutObjectCommand({
          ...at(bucket, key),
          Body: bytes ?? createReadStream(path),
          ContentLength: size,
          ContentType: contentType,
          // The store computes it again and refuses what does not match.
          ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
          Metadata: encodeMetadata(sha256, metadata),
        }),
      ),
    )
    return { key, size, sha256, contentType, metadata, modifiedAt: new Date() }
  } catch (error) {
    if (source instanceof Readable) source.destroy()
    throw storageError(error)
  } finally {
    await rm(path, { force: true })
  }
}

async function get(bucket: Bucket, key: string, range: ByteRange | undefined): Promise<ReadFile> {
  const Range = range === undefined ? undefined : `bytes=${range.start}-${range.end ?? ''}`
  let output: GetObjectCommandOutput
  try {
    output = await bucket.client.send(
      new GetObjectCommand({ ...at(bucket, key), ...(Range === undefined ? {} : { Range }) }),
    )
  } catch (error) {
    if (!isInvalidRange(error)) throw s3Error(error)
    const size = (await stat(bucket, key))?.size ?? 0
    const headers = { 'content-range': `bytes */${size}` }
    throw filesErrors.FILES_RANGE_INVALID({ size }, { headers, cause: error })
  }
  const total = /\/(\d+)$/.exec(output.ContentRange ?? '')?.[1]
  const file = describe(key, output, total === undefined ? undefined : Number(total))
  const body = output.Body instanceof Readable ? output.Body : Readable.from([])
  const stream = range === undefined && file.sha256 !== '' ? verified(body, file) : body
  return { ...file, stream, range: fitted(output.ContentRange) }
}

function fitted(contentRange: string | undefined): { start: number; end: number } | undefined {
  const match = /^bytes (\d+)-(\d+)\//.exec(contentRange ?? '')
  return match === null ? undefined : { start: Number(match[1]), end: Number(match[2]) }
}

async function stat(bucket: Bucket, key: string): Promise<StoredFile | undefined> {
  try {
    return describe(key, await bucket.client.send(new HeadObjectCommand(at(bucket, key))))
  } catch (error) {
    if (isGone(error)) return undefined
    throw s3Error(error)
  }
}

function describe(
  key: string,
  output: GetObjectCommandOutput | HeadObjectCommandOutput,
  size = output.ContentLength ?? 0,
): StoredFile {
  return {
    key,
    size,
    contentType: output.ContentType ?? 'application/octet-stream',
    modifiedAt: output.LastModified ?? new Date(0),
    ...decodeMetadata(output.Metadata),
  }
}

async function list(
  bucket: Bucket,
  prefix: string,
  cursor: string | null,
  limit: number,
): Promise<FileList> {
  const output = await send(() =>
    bucket.client.send(
      new ListObjectsV2Command({
        Bucket: bucket.bucket,
        Prefix: bucket.prefix + prefix,
        MaxKeys: limit,
        ...(cursor === null ? {} : { StartAfter: bucket.prefix + cursor }),
      }),
    ),
  )
  const items = (output.Contents ?? []).map((item) => ({
    key: (item.Key ?? '').slice(bucket.prefix.length),
    size: item.Size ?? 0,
    modifiedAt: item.LastModified ?? new Date(0),
  }))
  return { items, nextCursor: output.IsTruncated === true ? (items.at(-1)?.key ?? null) : null }
}

async function copy(bucket: Bucket, from: string, to: string): Promise<StoredFile> {
  const source = `${bucket.bucket}/${bucket.prefix}${from}`
  const CopySource = source.split('/').map(encodeURIComponent).join('/')
  await send(() =>
    bucket.client.send(
      new CopyObjectCommand({ ...at(bucket, to), CopySource, MetadataDirective: 'COPY' }),
    ),
  )
  const file = await stat(bucket, to)
  if (file === undefined) throw filesErrors.FILES_NOT_FOUND()
  return file
}

async function presign(bucket: Bucket, key: string, link: LinkOptions): Promise<string> {
  const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner')
  const ResponseContentDisposition =
    link.downloadName === undefined
      ? undefined
      : contentDisposition('attachment', link.downloadName)
  const command = new GetObjectCommand({
    ...at(bucket, key),
    ...(ResponseContentDisposition === undefined ? {} : { ResponseContentDisposition }),
  })
  const expiresIn = Math.max(1, Math.floor(Math.min(link.expiresInMs, MAX_LINK_MS) / 1000))
  return getSignedUrl(bucket.client, command, { expiresIn })
}
