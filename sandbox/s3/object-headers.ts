import type { IncomingMessage } from 'node:http'
import { CHECKSUM_PREFIX } from './checksums.ts'
import { S3Error } from './errors.ts'
import type { ObjectRecord } from './object-store.ts'
import { queryValue, type Target } from './uri.ts'

const KEPT = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
]
const META = 'x-amz-meta-'
const MAX_METADATA_BYTES = 2048

export type GivenHeaders = Pick<ObjectRecord, 'headers' | 'metadata'>

/** The headers of an upload that come back with the object. */
export function readObjectHeaders(request: IncomingMessage): GivenHeaders {
  const headers: Record<string, string> = {}
  const metadata: Record<string, string> = Object.create(null)
  for (const name of KEPT) {
    const value = request.headers[name]
    if (typeof value === 'string') headers[name] = value
  }
  headers['content-type'] ??= 'binary/octet-stream'
  // `aws-chunked` is how the bytes travelled, not what they are.
  const encodings = (headers['content-encoding'] ?? '').split(',').map((part) => part.trim())
  const encoding = encodings.filter((part) => part !== '' && part !== 'aws-chunked').join(',')
  delete headers['content-encoding']
  if (encoding !== '') headers['content-encoding'] = encoding
  let metadataBytes = 0
  for (const [name, value] of Object.entries(request.headers)) {
    if (!name.startsWith(META) || typeof value !== 'string') continue
    metadata[name.slice(META.length)] = value
    metadataBytes += Buffer.byteLength(name.slice(META.length) + value)
  }
  if (metadataBytes > MAX_METADATA_BYTES) throw new S3Error('MetadataTooLarge')
  return { headers, metadata }
}

/** The headers an object is served with, `response-…` parameters taking precedence. */
export function objectHeaders(
  record: ObjectRecord,
  request: IncomingMessage,
  target: Target,
): Record<string, string> {
  const headers: Record<string, string> = {
    ...record.headers,
    etag: record.etag,
    'last-modified': new Date(record.lastModified).toUTCString(),
    'accept-ranges': 'bytes',
  }
  for (const [name, value] of Object.entries(record.metadata)) headers[META + name] = value
  if (String(request.headers['x-amz-checksum-mode']).toUpperCase() === 'ENABLED') {
    for (const [algorithm, value] of Object.entries(record.checksums)) {
      headers[CHECKSUM_PREFIX + algorithm] = value
    }
  }
  for (const name of KEPT) {
    const value = queryValue(target, `response-${name}`)
    if (value === undefined) continue
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      throw new S3Error('InvalidArgument', `response-${name} holds characters no header can carry`)
    }
    headers[name] = value
  }
  return headers
}
