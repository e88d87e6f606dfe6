import type { IncomingMessage } from 'node:http'
import { S3Error } from './errors.ts'
import {
  ALGORITHM,
  type Claim,
  type Credentials,
  expectedSignature,
  sameSignature,
  signingKey,
} from './signature.ts'
import { queryValue, type Target } from './uri.ts'

const MAX_SKEW_MS = 15 * 60_000
const MAX_EXPIRES_SECONDS = 7 * 24 * 3600

/** A request whose signature holds, with what is needed to check its body. */
export type Authenticated = { claim: Claim; key: Buffer; payloadHash: string }

/**
 * Verifies SigV4 in the Authorization header or in the query (presigned). Every refusal carries the
 * code the real service answers with, so a client's handling is tried on the real thing.
 */
export function authenticate(
  request: IncomingMessage,
  target: Target,
  credentials: Credentials,
  now: Date,
): Authenticated {
  const header = request.headers.authorization
  const presigned = queryValue(target, 'X-Amz-Algorithm') !== undefined
  if (header !== undefined && presigned) {
    throw new S3Error('InvalidArgument', 'Only one auth mechanism allowed')
  }
  if (header === undefined && !presigned) throw new S3Error('AccessDenied')
  const claim = presigned ? claimFromQuery(target) : claimFromHeader(request, header ?? '')
  checkScope(claim, credentials, presigned)
  if (presigned) checkExpiry(target, claim, now)
  else checkSkew(claim, now)
  checkSignedHeaders(request, claim)
  const payloadHash = readPayloadHash(request, target, presigned)
  const key = signingKey(credentials.secretAccessKey, claim)
  const expected = expectedSignature(request, target, claim, key, payloadHash)
  if (!sameSignature(expected, claim.signature)) throw new S3Error('SignatureDoesNotMatch')
  return { claim, key, payloadHash }
}

function claimFromHeader(request: IncomingMessage, header: string): Claim {
  if (!header.startsWith(`${ALGORITHM} `)) {
    const message = `The authorization mechanism you have provided is not supported. Please use ${ALGORITHM}.`
    throw new S3Error('InvalidRequest', message)
  }
  const fields = new Map<string, string>()
  for (const field of header.slice(ALGORITHM.length).split(',')) {
    const equals = field.indexOf('=')
    fields.set(field.slice(0, equals).trim(), field.slice(equals + 1).trim())
  }
  const timestamp = request.headers['x-amz-date']
  if (typeof timestamp !== 'string') {
    const message = 'AWS authentication requires a valid Date or x-amz-date header'
    throw new S3Error('AccessDenied', message)
  }
  return readClaim(fields, timestamp, 'AuthorizationHeaderMalformed')
}

function claimFromQuery(target: Target): Claim {
  const code = 'AuthorizationQueryParametersError'
  if (queryValue(target, 'X-Amz-Algorithm') !== ALGORITHM) {
    throw new S3Error(code, `X-Amz-Algorithm only supports "${ALGORITHM}"`)
  }
  const names = ['Credential', 'SignedHeaders', 'Signature', 'Date', 'Expires']
  const missing = names.find((name) => queryValue(target, `X-Amz-${name}`) === undefined)
  if (missing) {
    const message = `Query-string authentication version 4 requires the X-Amz-${missing} parameter.`
    throw new S3Error(code, message)
  }
  const fields = new Map(names.map((name) => [name, queryValue(target, `X-Amz-${name}`) ?? '']))
  return readClaim(fields, fields.get('Date') ?? '', code)
}

function readClaim(
  fields: Map<string, string>,
  timestamp: string,
  code: 'AuthorizationHeaderMalformed' | 'AuthorizationQueryParametersError',
): Claim {
  const scope = (fields.get('Credential') ?? '').split('/')
  const [terminator, service, region, date] = scope.slice(-4).reverse()
  const signature = fields.get('Signature') ?? ''
  const signedHeaders = (fields.get('SignedHeaders') ?? '').split(';').filter((n) => n !== '')
  const fits = /^\d{8}T\d{6}Z$/.test(timestamp) && date === timestamp.slice(0, 8)
  if (scope.length < 5 || terminator !== 'aws4_request' || !service || !region || !date || !fits) {
    throw new S3Error(
      code,
      'The Credential is malformed; expecting "KEY/YYYYMMDD/REGION/s3/aws4_request".',
    )
  }
  if (signedHeaders.length === 0 || !/^[0-9a-f]{64}$/.test(signature)) {
    throw new S3Error(code, 'SignedHeaders and Signature are required.')
  }
  const accessKeyId = scope.slice(0, -4).join('/')
  return { accessKeyId, date, region, service, timestamp, signedHeaders, signature }
}

function checkScope(claim: Claim, credentials: Credentials, presigned: boolean): void {
  if (claim.accessKeyId !== credentials.accessKeyId) {
    throw new S3Error('InvalidAccessKeyId', undefined, { AWSAccessKeyId: claim.accessKeyId })
  }
  const code = presigned ? 'AuthorizationQueryParametersError' : 'AuthorizationHeaderMalformed'
  const { region } = credentials
  if (claim.region !== region) {
    const message = `The region '${claim.region}' is wrong; expecting '${region}'`
    throw new S3Error(code, message, { Region: region })
  }
  if (claim.service !== 's3') {
    throw new S3Error(code, `The service '${claim.service}' is wrong; expecting 's3'`)
  }
}

function timeOf(timestamp: string): number {
  return Date.parse(
    timestamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  )
}

function checkSkew(claim: Claim, now: Date): void {
  const skewMs = Math.abs(now.getTime() - timeOf(claim.timestamp))
  if (skewMs <= MAX_SKEW_MS) return
  throw new S3Error('RequestTimeTooSkewed', undefined, {
    RequestTime: claim.timestamp,
    ServerTime: now.toISOString(),
    MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
  })
}

function checkExpiry(target: Target, claim: Claim, now: Date): void {
  const expires = Number(queryValue(target, 'X-Amz-Expires'))
  if (!Number.isInteger(expires) || expires < 1 || expires > MAX_EXPIRES_SECONDS) {
    const message = `X-Amz-Expires must be between 1 and ${MAX_EXPIRES_SECONDS} seconds`
    throw new S3Error('AuthorizationQueryParametersError', message)
  }
  const start = timeOf(claim.timestamp)
  if (start - now.getTime() > MAX_SKEW_MS) {
    throw new S3Error('AccessDenied', 'Request is not valid yet')
  }
  const end = new Date(start + expires * 1000)
  if (now > end) {
    const times = { Expires: end.toISOString(), ServerTime: now.toISOString() }
    throw new S3Error('AccessDenied', 'Request has expired', times)
  }
}

/** Host and every x-amz header must be signed; else anyone on the way could add one. */
function checkSignedHeaders(request: IncomingMessage, claim: Claim): void {
  const unsigned = Object.keys(request.headers).filter(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !claim.signedHeaders.includes(name),
  )
  if (unsigned.length === 0) return
  throw new S3Error(
    'AccessDenied',
    'There were headers present in the request which were not signed',
    { HeadersNotSigned: unsigned.join(', ') },
  )
}

const STREAMING = [
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
]

function readPayloadHash(request: IncomingMessage, target: Target, presigned: boolean): string {
  const header = request.headers['x-amz-content-sha256']
  const value = header ?? (presigned ? queryValue(target, 'X-Amz-Content-Sha256') : undefined)
  if (value === undefined) {
    if (presigned) return 'UNSIGNED-PAYLOAD'
    const message = 'Missing required header for this request: x-amz-content-sha256'
    throw new S3Error('InvalidRequest', message)
  }
  const hash = String(value)
  if (hash === 'UNSIGNED-PAYLOAD' || STREAMING.includes(hash) || /^[0-9a-f]{64}$/.test(hash)) {
    return hash
  }
  const message = `x-amz-content-sha256 must be UNSIGNED-PAYLOAD, ${STREAMING.join(', ')} or a valid sha256 value.`
  throw new S3Error('InvalidArgument', message)
}
