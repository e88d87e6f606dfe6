import { S3Error } from './errors.ts'
import type { Bucket, ObjectRecord } from './object-store.ts'
import { bucketOf, type S3Call, sendEmpty, sendXml } from './operation.ts'
import { queryValue, uriEncode } from './uri.ts'
import { writeXml } from './xml.ts'

const BUCKET_NAME = /^(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/

export async function createBucket(call: S3Call): Promise<void> {
  if (!BUCKET_NAME.test(call.bucketName)) throw new S3Error('InvalidBucketName')
  if (call.store.buckets.has(call.bucketName)) throw new S3Error('BucketAlreadyOwnedByYou')
  await call.store.createBucket(call.bucketName)
  sendEmpty(call, 200, { location: `/${call.bucketName}` })
}

export async function headBucket(call: S3Call): Promise<void> {
  bucketOf(call)
  sendEmpty(call, 200, { 'x-amz-bucket-region': call.region })
}

export async function deleteBucket(call: S3Call): Promise<void> {
  if (bucketOf(call).objects.size > 0) throw new S3Error('BucketNotEmpty')
  await call.store.deleteBucket(call.bucketName)
  sendEmpty(call, 204)
}

export async function listBuckets(call: S3Call): Promise<void> {
  const buckets = [...call.store.buckets.values()]
  const content = {
    Owner: { ID: 'sandbox', DisplayName: 'sandbox' },
    Buckets: { Bucket: buckets.map((b) => ({ Name: b.name, CreationDate: b.createdAt })) },
  }
  sendXml(call, writeXml('ListAllMyBucketsResult', content))
}

const MAX_KEYS = 1000

type ListQuery = {
  prefix: string
  delimiter: string
  after: string
  maxKeys: number
  encode: (text: string) => string
}

type Listing = { contents: ObjectRecord[]; prefixes: string[]; next: string | null }

export async function listObjects(call: S3Call): Promise<void> {
  const bucket = bucketOf(call)
  const { target } = call
  const token = queryValue(target, 'continuation-token')
  const startAfter = queryValue(target, 'start-after')
  const query = readListQuery(call, token, startAfter)
  const listing = list(bucket, query)
  const { encode } = query
  const content = {
    Name: bucket.name,
    Prefix: encode(query.prefix),
    Delimiter: query.delimiter === '' ? undefined : encode(query.delimiter),
    StartAfter: startAfter === undefined ? undefined : encode(startAfter),
    MaxKeys: query.maxKeys,
    EncodingType: queryValue(target, 'encoding-type'),
    KeyCount: listing.contents.length + listing.prefixes.length,
    IsTruncated: listing.next !== null,
    ContinuationToken: token,
    NextContinuationToken: listing.next === null ? undefined : seal(listing.next),
    Contents: listing.contents.map((record) => ({
      Key: encode(record.key),
      LastModified: record.lastModified,
      ETag: record.etag,
      Size: record.byteLength,
      StorageClass: 'STANDARD',
    })),
    CommonPrefixes: listing.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  }
  sendXml(call, writeXml('ListBucketResult', content))
}

function readListQuery(call: S3Call, token?: string, startAfter?: string): ListQuery {
  const { target } = call
  const given = queryValue(target, 'max-keys') ?? String(MAX_KEYS)
  if (!/^\d{1,9}$/.test(given)) {
    throw new S3Error('InvalidArgument', 'Provided max-keys not an integer or within range')
  }
  const encoded = queryValue(target, 'encoding-type') === 'url'
  return {
    prefix: queryValue(target, 'prefix') ?? '',
    delimiter: queryValue(target, 'delimiter') ?? '',
    after: token === undefined ? (startAfter ?? '') : unseal(token),
    maxKeys: Math.min(MAX_KEYS, Number(given)),
    encode: (text) => (encoded ? uriEncode(text, true) : text),
  }
}

/** Keys come in the order of their UTF-8 bytes; what shares a prefix up to the delimiter is one. */
function list(bucket: Bucket, query: ListQuery): Listing {
  const { prefix, delimiter, after, maxKeys } = query
  const listing: Listing = { contents: [], prefixes: [], next: null }
  let last = ''
  for (const key of sortedKeys(bucket)) {
    if (!key.startsWith(prefix) || compareUtf8(key, after) <= 0) continue
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    const group = cut < 0 ? null : key.slice(0, cut + delimiter.length)
    // A page may end on a group: its remaining keys must not open the next page again.
    if (group !== null && (group === listing.prefixes.at(-1) || after.startsWith(group))) continue
    if (listing.contents.length + listing.prefixes.length >= maxKeys) {
      listing.next = maxKeys > 0 ? last : null
      return listing
    }
    const record = bucket.objects.get(key)
    if (group !== null) listing.prefixes.push(group)
    else if (record) listing.contents.push(record)
    last = group ?? key
  }
  return listing
}

function compareUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

function sortedKeys(bucket: Bucket): string[] {
  return [...bucket.objects.keys()].sort(compareUtf8)
}

const seal = (key: string) => Buffer.from(`1${key}`).toString('base64')

function unseal(token: string): string {
  const text = Buffer.from(token, 'base64').toString('utf8')
  if (!text.startsWith('1') || seal(text.slice(1)) !== token) {
    throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect')
  }
  return text.slice(1)
}
