import { createHash, randomUUID } from 'node:crypto'
import { open, readFile, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import type { Authenticated } from './authenticate.ts'
import { decodeAwsChunked } from './aws-chunked.ts'
import {
  CHECKSUM_PREFIX,
  type ChecksumAlgorithm,
  createChecksum,
  type Digest,
  isChecksumAlgorithm,
} from './checksums.ts'
import { S3Error } from './errors.ts'

/** S3's limit for one PUT. */
const MAX_PUT_BYTES = 5 * 1024 ** 3

/** A body that arrived whole and passed every check, waiting in a temporary file. */
export type Received = {
  file: string
  byteLength: number
  md5: string
  checksums: Partial<Record<ChecksumAlgorithm, string>>
}

/** Streams the body to a file; a body that fails a check leaves nothing behind. */
export async function receive(
  request: IncomingMessage,
  auth: Authenticated,
  folder: string,
  maxBytes = MAX_PUT_BYTES,
): Promise<Received> {
  const expected = declaredLength(request, auth)
  if (expected > maxBytes) throw tooLarge(expected, maxBytes)
  const file = join(folder, `${randomUUID()}.part`)
  try {
    return { file, ...(await write(request, auth, file, expected)) }
  } catch (error) {
    await rm(file, { force: true })
    throw error
  }
}

/** A small body in memory: the XML of DeleteObjects and CompleteMultipartUpload. */
export async function receiveText(
  request: IncomingMessage,
  auth: Authenticated,
  folder: string,
): Promise<string> {
  const { file } = await receive(request, auth, folder, 2 * 1024 ** 2)
  const text = await readFile(file, 'utf8')
  await rm(file, { force: true })
  return text
}

function tooLarge(proposed: number, most: number): S3Error {
  const sizes = { ProposedSize: String(proposed), MaxSizeAllowed: String(most) }
  return new S3Error('EntityTooLarge', undefined, sizes)
}

function declaredLength(request: IncomingMessage, auth: Authenticated): number {
  const streaming = auth.payloadHash.startsWith('STREAMING-')
  // Streamed aws-chunked bodies name their decoded length; any other must name its length.
  if (!streaming && request.headers['transfer-encoding'] !== undefined) {
    const message =
      'A header you provided implies functionality that is not implemented: Transfer-Encoding'
    throw new S3Error('NotImplemented', message)
  }
  const header = streaming
    ? request.headers['x-amz-decoded-content-length']
    : request.headers['content-length']
  if (typeof header !== 'string') throw new S3Error('MissingContentLength')
  if (!/^\d{1,15}$/.test(header)) throw new S3Error('InvalidArgument')
  return Number(header)
}

async function write(
  request: IncomingMessage,
  auth: Authenticated,
  file: string,
  expected: number,
): Promise<Omit<Received, 'file'>> {
  const trailers = new Map<string, string>()
  // Without this option a refused body would destroy the socket before the refusal is sent.
  const bytes = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  const streaming = auth.payloadHash.startsWith('STREAMING-')
  const body = streaming ? decodeAwsChunked(bytes, auth, trailers) : bytes
  const md5 = createHash('md5')
  const sha256 = createHash('sha256')
  const digests = announcedChecksums(request)
  let byteLength = 0
  const handle = await open(file, 'wx')
  try {
    for await (const piece of body) {
      byteLength += piece.length
      if (byteLength > expected) throw new S3Error('IncompleteBody')
      md5.update(piece)
      sha256.update(piece)
      for (const digest of digests.values()) digest.update(piece)
      await handle.write(piece)
    }
  } finally {
    await handle.close()
  }
  if (byteLength !== expected) throw new S3Error('IncompleteBody')
  checkContentHash(auth, sha256.digest('hex'))
  const made = md5.digest()
  checkMd5(request, made)
  return { byteLength, md5: made.toString('hex'), checksums: checkSums(request, digests, trailers) }
}

function checkContentHash(auth: Authenticated, computed: string): void {
  if (!/^[0-9a-f]{64}$/.test(auth.payloadHash) || auth.payloadHash === computed) return
  throw new S3Error('XAmzContentSHA256Mismatch', undefined, {
    ClientComputedContentSHA256: auth.payloadHash,
    S3ComputedContentSHA256: computed,
  })
}

function checkMd5(request: IncomingMessage, computed: Buffer): void {
  const given = request.headers['content-md5']
  if (given === undefined) return
  const bytes = Buffer.from(String(given), 'base64')
  if (bytes.length !== 16) throw new S3Error('InvalidDigest')
  if (!bytes.equals(computed)) {
    throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.')
  }
}

/** The checksums named in headers, or announced to follow as trailers. */
function announcedChecksums(request: IncomingMessage): Map<ChecksumAlgorithm, Digest> {
  const announced = String(request.headers['x-amz-trailer'] ?? '').split(',')
  const names = [...Object.keys(request.headers), ...announced.map((name) => name.trim())]
  const digests = new Map<ChecksumAlgorithm, Digest>()
  for (const name of names) {
    if (!name.startsWith(CHECKSUM_PREFIX)) continue
    const algorithm = name.slice(CHECKSUM_PREFIX.length)
    if (isChecksumAlgorithm(algorithm)) digests.set(algorithm, createChecksum(algorithm))
  }
  return digests
}

function checkSums(
  request: IncomingMessage,
  digests: Map<ChecksumAlgorithm, Digest>,
  trailers: Map<string, string>,
): Received['checksums'] {
  const checksums: Received['checksums'] = {}
  for (const [algorithm, digest] of digests) {
    const name = CHECKSUM_PREFIX + algorithm
    const given = trailers.get(name) ?? request.headers[name]
    const computed = digest.base64()
    if (given !== computed) {
      const title = algorithm.toUpperCase()
      const message = `The ${title} you specified did not match the calculated checksum.`
      throw new S3Error('BadDigest', message)
    }
    checksums[algorithm] = computed
  }
  return checksums
}
