import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type Target, uriEncode } from './uri.ts'

export const ALGORITHM = 'AWS4-HMAC-SHA256'
export const EMPTY_SHA256 = createHash('sha256').digest('hex')

export type Credentials = { accessKeyId: string; secretAccessKey: string; region: string }

/** What a signature claims to cover. */
export type Claim = {
  accessKeyId: string
  /** `20260115/ap-northeast-1/s3/aws4_request` split. */
  date: string
  region: string
  service: string
  /** `20260115T090000Z` */
  timestamp: string
  signedHeaders: string[]
  signature: string
}

export const scopeOf = (claim: Claim) =>
  `${claim.date}/${claim.region}/${claim.service}/aws4_request`

export const sha256Hex = (text: string) => createHash('sha256').update(text).digest('hex')

export function signingKey(secret: string, claim: Claim): Buffer {
  const hmac = (key: string | Buffer, text: string) =>
    createHmac('sha256', key).update(text).digest()
  const dated = hmac(`AWS4${secret}`, claim.date)
  return hmac(hmac(hmac(dated, claim.region), claim.service), 'aws4_request')
}

/** The signature this request should carry (AWS Signature Version 4, S3 flavour). */
export function expectedSignature(
  request: IncomingMessage,
  target: Target,
  claim: Claim,
  key: Buffer,
  payloadHash: string,
): string {
  const canonical = [
    request.method ?? '',
    uriEncode(target.path, true),
    canonicalQuery(target),
    ...claim.signedHeaders.map((name) => `${name}:${canonicalHeader(request, name)}`),
    '',
    claim.signedHeaders.join(';'),
    payloadHash,
  ].join('\n')
  return sign(key, [ALGORITHM, claim.timestamp, scopeOf(claim), sha256Hex(canonical)])
}

export function sign(key: Buffer, lines: string[]): string {
  return createHmac('sha256', key).update(lines.join('\n')).digest('hex')
}

export function sameSignature(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}

function canonicalQuery(target: Target): string {
  return target.query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`)
    .sort((a, b) => (a < b ? -1 : 1))
    .join('&')
}

function canonicalHeader(request: IncomingMessage, name: string): string {
  const values = request.headersDistinct[name] ?? []
  return values.map((value) => value.trim().replace(/ +/g, ' ')).join(',')
}
