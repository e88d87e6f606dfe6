import { randomUUID } from 'node:crypto'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CHECKSUM_PREFIX } from './checksums.ts'
import { checkReadConditions, checkWriteConditions } from './conditions.ts'
import { S3Error } from './errors.ts'
import { readObjectHeaders } from './object-headers.ts'
import type { Bucket, ObjectRecord } from './object-store.ts'
import { bucketOf, type S3Call, sendEmpty, sendXml } from './operation.ts'
import { receive, receiveText } from './receive.ts'
import { uriDecode } from './uri.ts'
import { childText, readXml, writeXml } from './xml.ts'

const MAX_KEY_BYTES = 1024
const MAX_DELETED_KEYS = 1000

export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new S3Error('KeyTooLongError')
}

export async function putObject(call: S3Call): Promise<void> {
  const bucket = bucketOf(call)
  checkKey(call.key)
  checkWriteConditions(call.request, bucket.objects.get(call.key))
  const given = readObjectHeaders(call.request)
  const most = typeof call.does.maxBytes === 'number' ? call.does.maxBytes : undefined
  const received = await receive(call.request, call.auth, call.store.temporary, most)
  const { file, byteLength, md5, checksums } = received
  // Two writers that both create only if absent: the second finds the first's object here.
  checkWriteConditions(call.request, bucket.objects.get(call.key))
  const object = { key: call.key, file, byteLength, etag: `"${md5}"`, checksums, ...given }
  const record = await call.store.put(bucket, object)
  sendEmpty(call, 200, { etag: record.etag, ...checksumHeaders(record) })
}

export function checksumHeaders(record: Pick<ObjectRecord, 'checksums'>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record.checksums).map(([name, value]) => [CHECKSUM_PREFIX + name, value]),
  )
}

export async function deleteObject(call: S3Call): Promise<void> {
  await call.store.remove(bucketOf(call), call.key)
  sendEmpty(call, 204)
}

export async function deleteObjects(call: S3Call): Promise<void> {
  const bucket = bucketOf(call)
  const { headers } = call.request
  const checked = Object.keys(headers).some(
    (name) =>
      name === 'content-md5' || name.startsWith(CHECKSUM_PREFIX) || name === 'x-amz-trailer',
  )
  if (!checked) {
    throw new S3Error('InvalidRequest', 'Missing required header for this request: Content-MD5')
  }
  const root = readXml(await receiveText(call.request, call.auth, call.store.temporary))
  const keys = root.children
    .filter((child) => child.name === 'Object')
    .map((child) => childText(child, 'Key'))
  if (root.name !== 'Delete' || keys.length === 0 || keys.length > MAX_DELETED_KEYS) {
    throw new S3Error('MalformedXML')
  }
  const named = keys.filter((key) => key !== undefined && key !== '') as string[]
  if (named.length !== keys.length) throw new S3Error('MalformedXML')
  for (const key of named) await call.store.remove(bucket, key)
  const quiet = childText(root, 'Quiet') === 'true'
  sendXml(call, writeXml('DeleteResult', { Deleted: quiet ? [] : named.map((Key) => ({ Key })) }))
}

/** The object that `x-amz-copy-source` names, its own conditions checked. */
function copySource(call: S3Call): { bucket: Bucket; record: ObjectRecord } {
  const header = String(call.request.headers['x-amz-copy-source'])
  const path = uriDecode(header.split('?')[0] ?? '').replace(/^\//, '')
  const slash = path.indexOf('/')
  if (slash < 1) {
    const message = 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey'
    throw new S3Error('InvalidArgument', message)
  }
  const bucket = bucketOf({ ...call, bucketName: path.slice(0, slash) })
  const record = bucket.objects.get(path.slice(slash + 1))
  if (!record) throw new S3Error('NoSuchKey', undefined, { Key: path.slice(slash + 1) })
  checkCopyConditions(call, record)
  return { bucket, record }
}

function checkCopyConditions(call: S3Call, record: ObjectRecord): void {
  const prefix = 'x-amz-copy-source-'
  const headers = Object.fromEntries(
    Object.entries(call.request.headers)
      .filter(([name]) => name.startsWith(`${prefix}if-`))
      .map(([name, value]) => [name.slice(prefix.length), value]),
  )
  try {
    checkReadConditions({ headers } as S3Call['request'], record)
  } catch {
    // What is 304 for a reader is 412 for a copier.
    throw new S3Error('PreconditionFailed')
  }
}

export async function copyObject(call: S3Call): Promise<void> {
  const bucket = bucketOf(call)
  checkKey(call.key)
  const source = copySource(call)
  const replace =
    String(call.request.headers['x-amz-metadata-directive']).toUpperCase() === 'REPLACE'
  if (!replace && source.bucket === bucket && source.record.key === call.key) {
    const message =
      'This copy request is illegal because it is trying to copy an object to itself without changing its metadata.'
    throw new S3Error('InvalidRequest', message)
  }
  const given = replace
    ? readObjectHeaders(call.request)
    : { headers: source.record.headers, metadata: source.record.metadata }
  const file = join(call.store.temporary, `${randomUUID()}.part`)
  await copyFile(call.store.dataFile(source.bucket, source.record), file)
  const { byteLength, etag, checksums } = source.record
  const object = { key: call.key, file, byteLength, etag, checksums, ...given }
  const record = await call.store.put(bucket, object)
  const { lastModified } = record
  sendXml(call, writeXml('CopyObjectResult', { LastModified: lastModified, ETag: record.etag }))
}
