import type { FastifyReply, FastifyRequest } from 'fastify'
import { type ByteRange, contentDisposition, type Files, filesErrors } from '../files/index.ts'

export type SendOptions = {
  key: string
  /** Name the browser saves it under. */
  name: string
  /** Default: as stored. */
  contentType?: string
  /** `inline` holds for images, PDF and plain text only; anything else is sent as an attachment. */
  disposition?: 'attachment' | 'inline'
}

/** A file of a user's never runs as part of this site: no script, no frame, no form, an opaque origin. */
const SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
const INLINE = new Set([
  'image/png',
  'image/jpeg',
  'image/webp',
  'image/gif',
  'application/pdf',
  'text/plain',
])

/** Sends a stored file: whole, a range of it (206), or 304 when the client has it. */
export async function send(
  files: Files,
  request: FastifyRequest,
  reply: FastifyReply,
  options: SendOptions,
): Promise<FastifyReply> {
  const found = await files.stat(options.key)
  if (found === undefined) throw filesErrors.FILES_NOT_FOUND()
  const contentType = options.contentType ?? found.contentType
  const inline = options.disposition === 'inline' && INLINE.has(contentType)
  const etag = `"${found.sha256}"`
  reply.headers({
    etag,
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    'content-security-policy': SANDBOX,
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'content-disposition': contentDisposition(inline ? 'inline' : 'attachment', options.name),
  })
  if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send()
  const range = rangeOf(request, etag, found.size)
  const file = await files.get(options.key, range === undefined ? {} : { range })
  const { start, end } = file.range ?? { start: 0, end: file.size - 1 }
  reply.type(contentType).header('content-length', end - start + 1)
  if (file.range === undefined) return reply.send(file.stream)
  reply.code(206).header('content-range', `bytes ${start}-${end}/${file.size}`)
  return reply.send(file.stream)
}

function matches(header: string | undefined, etag: string): boolean {
  const tags = header?.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags?.some((tag) => tag === '*' || tag === etag) ?? false
}

/** One range is honoured; several, or a form we do not know, mean the whole file (RFC 9110 §14.2). */
function rangeOf(request: FastifyRequest, etag: string, size: number): ByteRange | undefined {
  const condition = request.headers['if-range']
  if (condition !== undefined && condition !== etag) return undefined
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(request.headers.range ?? '')
  const [first, last] = [match?.[1] ?? '', match?.[2] ?? '']
  if (first === '' && last === '') return undefined
  if (first === '')
    return { start: Math.max(0, size - Number(last)), end: last === '0' ? -1 : size }
  if (last === '') return { start: Number(first) }
  return Number(last) < Number(first) ? undefined : { start: Number(first), end: Number(last) }
}
