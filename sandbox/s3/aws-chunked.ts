import { createHash } from 'node:crypto'
import type { Authenticated } from './authenticate.ts'
import { ByteReader } from './byte-reader.ts'
import { S3Error } from './errors.ts'
import { EMPTY_SHA256, sameSignature, scopeOf, sha256Hex, sign } from './signature.ts'

const MAX_LINE_BYTES = 16 * 1024
const MAX_TRAILERS = 16

/**
 * Decodes `aws-chunked`: what the SDK sends when it streams. Each chunk may be signed, the first
 * by the request's signature, each next by the one before; trailers carry the checksum. Trailers
 * are put into the given map, to be checked when the body is complete.
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Buffer>,
  auth: Authenticated,
  trailers: Map<string, string>,
): AsyncGenerator<Buffer> {
  const signed = auth.payloadHash.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD')
  const reader = new ByteReader(source)
  let previous = auth.claim.signature
  for (let last = false; !last; ) {
    const head = parseChunkHead(await reader.line(MAX_LINE_BYTES))
    const hash = createHash('sha256')
    for await (const bytes of reader.take(head.size)) {
      if (signed) hash.update(bytes)
      yield bytes
    }
    last = head.size === 0
    if (signed) {
      previous = checkChunk(auth, head.signature, previous, hash.digest('hex'))
    }
    if (!last) await expectLineEnd(reader)
  }
  await readTrailers(reader, trailers)
  if (auth.payloadHash === 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER') {
    checkTrailers(auth, trailers, previous)
  }
  trailers.delete('x-amz-trailer-signature')
}

function parseChunkHead(line: string): { size: number; signature: string } {
  const match = /^([0-9a-fA-F]{1,10})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line)
  if (!match?.[1]) throw new S3Error('InvalidRequest', 'A chunk header is malformed.')
  return { size: Number.parseInt(match[1], 16), signature: match[2] ?? '' }
}

function checkChunk(auth: Authenticated, given: string, previous: string, hash: string): string {
  const { claim, key } = auth
  const expected = sign(key, [
    'AWS4-HMAC-SHA256-PAYLOAD',
    claim.timestamp,
    scopeOf(claim),
    previous,
    EMPTY_SHA256,
    hash,
  ])
  if (!sameSignature(expected, given)) throw new S3Error('SignatureDoesNotMatch')
  return expected
}

async function expectLineEnd(reader: ByteReader): Promise<void> {
  if ((await reader.line(2)) !== '') throw new S3Error('InvalidRequest', 'A chunk is malformed.')
}

async function readTrailers(reader: ByteReader, trailers: Map<string, string>): Promise<void> {
  for (let i = 0; i <= MAX_TRAILERS; i++) {
    if (await reader.atEnd()) return
    const line = await reader.line(MAX_LINE_BYTES)
    // Some signers leave the closing empty line out; the end of the body ends them as well.
    if (line === '') continue
    const colon = line.indexOf(':')
    if (colon < 1) throw new S3Error('InvalidRequest', 'A trailer is malformed.')
    trailers.set(line.slice(0, colon).toLowerCase().trim(), line.slice(colon + 1).trim())
  }
  throw new S3Error('InvalidRequest', 'Too many trailers.')
}

function checkTrailers(auth: Authenticated, trailers: Map<string, string>, previous: string): void {
  const given = trailers.get('x-amz-trailer-signature') ?? ''
  const canonical = [...trailers]
    .filter(([name]) => name !== 'x-amz-trailer-signature')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value}\n`)
    .join('')
  const { claim, key } = auth
  const expected = sign(key, [
    'AWS4-HMAC-SHA256-TRAILER',
    claim.timestamp,
    scopeOf(claim),
    previous,
    sha256Hex(canonical),
  ])
  if (!sameSignature(expected, given)) throw new S3Error('SignatureDoesNotMatch')
}
