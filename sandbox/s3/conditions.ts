import type { IncomingMessage } from 'node:http'
import { NotModified, S3Error } from './errors.ts'
import type { ObjectRecord } from './object-store.ts'

const listed = (header: string, etag: string) =>
  header.split(',').some((part) => part.trim() === '*' || unquote(part) === unquote(etag))

const unquote = (etag: string) => etag.trim().replace(/^(?:W\/)?"?|"$/g, '')

const seconds = (date: string) => Math.floor(Date.parse(date) / 1000)

/** RFC 9110, 13.2.2: entity tags take precedence over dates. */
export function checkReadConditions(request: IncomingMessage, record: ObjectRecord): void {
  const headers = request.headers
  const modified = seconds(record.lastModified)
  const match = headers['if-match']
  if (match !== undefined) {
    if (!listed(match, record.etag)) throw failed('If-Match')
  } else if (modified > seconds(headers['if-unmodified-since'] ?? '')) {
    throw failed('If-Unmodified-Since')
  }
  const noneMatch = headers['if-none-match']
  if (noneMatch !== undefined) {
    if (listed(noneMatch, record.etag)) throw new NotModified(record.etag)
  } else if (modified <= seconds(headers['if-modified-since'] ?? '')) {
    throw new NotModified(record.etag)
  }
}

/** Conditional writes: create only if absent, replace only what was read. */
export function checkWriteConditions(
  request: IncomingMessage,
  record: ObjectRecord | undefined,
): void {
  const { 'if-match': match, 'if-none-match': noneMatch } = request.headers
  if (noneMatch !== undefined && record && listed(noneMatch, record.etag)) {
    throw failed('If-None-Match')
  }
  if (match === undefined) return
  if (!record) throw new S3Error('NoSuchKey')
  if (!listed(match, record.etag)) throw failed('If-Match')
}

function failed(condition: string): S3Error {
  return new S3Error('PreconditionFailed', undefined, { Condition: condition })
}

export type ByteRange = { start: number; end: number }

/** One range of bytes, both ends included; null serves the whole object, as S3 does for several. */
export function readRange(header: string | undefined, byteLength: number): ByteRange | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '')
  if (!match || (match[1] === '' && match[2] === '')) return null
  const last = byteLength - 1
  const suffix = match[1] === ''
  const start = suffix ? Math.max(0, byteLength - Number(match[2])) : Number(match[1])
  const end = suffix || match[2] === '' ? last : Math.min(last, Number(match[2]))
  if (!suffix && match[2] !== '' && Number(match[2]) < start) return null
  if (start > last || (suffix && Number(match[2]) === 0)) {
    const sizes = { ActualObjectSize: String(byteLength), RangeRequested: header ?? '' }
    throw new S3Error('InvalidRange', undefined, sizes)
  }
  return { start, end }
}
