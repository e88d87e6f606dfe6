import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { connect as dial } from 'node:net'
import { after, before, test } from 'node:test'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { type Sandbox, startSandbox } from '../index.ts'
import { signingKey } from './signature.ts'

/** One deliberately wrong request per rule: the stand-in must refuse what S3 refuses. */

const NOW = new Date('2026-11-15T03:00:00Z')
let clock = NOW
let sandbox: Sandbox
before(async () => {
  sandbox = await startSandbox({ now: () => clock })
  await send({ method: 'PUT', body: 'whole' })
})
after(() => sandbox.close())

const hex = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')

type Wrong = {
  method?: string
  path?: string
  body?: string
  /** Sent and signed. */
  headers?: Record<string, string>
  /** Sent, not signed. */
  unsigned?: Record<string, string>
  /** Left out of what is sent although signed. */
  omit?: string[]
  accessKeyId?: string
  secret?: string
  region?: string
  service?: string
  at?: Date
  payloadHash?: string
  authorization?: (header: string) => string
}

/** A signer of our own, so that each piece of a request can be made wrong. */
async function send(wrong: Wrong = {}): Promise<Response> {
  const { method = 'GET', path = '/minato/key', body = '' } = wrong
  const { region = sandbox.s3.region, service = 's3', at = NOW } = wrong
  const timestamp = at.toISOString().replace(/[-:]|\.\d+/g, '')
  const date = timestamp.slice(0, 8)
  const payloadHash = wrong.payloadHash ?? hex(body)
  const host = new URL(sandbox.s3.endpoint).host
  const signed: Record<string, string> = {
    host,
    'x-amz-date': timestamp,
    'x-amz-content-sha256': payloadHash,
    ...wrong.headers,
  }
  const names = Object.keys(signed).sort()
  const canonical = [
    method,
    path,
    '',
    ...names.map((name) => `${name}:${signed[name]}`),
    '',
    names.join(';'),
    payloadHash,
  ].join('\n')
  const scope = `${date}/${region}/${service}/aws4_request`
  const claim = { date, region, service } as Parameters<typeof signingKey>[1]
  const key = signingKey(wrong.secret ?? sandbox.s3.secretAccessKey, claim)
  const toSign = ['AWS4-HMAC-SHA256', timestamp, scope, hex(canonical)].join('\n')
  const signature = createHmac('sha256', key).update(toSign).digest('hex')
  const id = wrong.accessKeyId ?? sandbox.s3.accessKeyId
  const header = `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  const { host: _host, ...headers } = signed
  for (const name of wrong.omit ?? []) delete headers[name]
  return await fetch(sandbox.s3.endpoint + path, {
    method,
    headers: {
      ...headers,
      ...wrong.unsigned,
      authorization: wrong.authorization ? wrong.authorization(header) : header,
    },
    ...(method === 'PUT' || method === 'POST' ? { body } : {}),
  })
}

const later = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000)
const put = { method: 'PUT', body: 'text' }
const md5 = (text: string) => createHash('md5').update(text).digest('base64')

const rules: [rule: string, wrong: Wrong, status: number, code: string][] = [
  ['a wrong secret', { secret: 'guess' }, 403, 'SignatureDoesNotMatch'],
  ['an unknown access key', { accessKeyId: 'NOBODY' }, 403, 'InvalidAccessKeyId'],
  ['another region', { region: 'us-east-1' }, 400, 'AuthorizationHeaderMalformed'],
  ['another service', { service: 'ec2' }, 400, 'AuthorizationHeaderMalformed'],
  ['a clock 16 minutes off', { at: later(-16) }, 403, 'RequestTimeTooSkewed'],
  ['a clock 16 minutes ahead', { at: later(16) }, 403, 'RequestTimeTooSkewed'],
  ['no date', { omit: ['x-amz-date'] }, 403, 'AccessDenied'],
  ['no content hash', { omit: ['x-amz-content-sha256'] }, 400, 'InvalidRequest'],
  ['a content hash that is none', { payloadHash: 'abc' }, 400, 'InvalidArgument'],
  [
    'a body other than its hash',
    { ...put, payloadHash: hex('other') },
    400,
    'XAmzContentSHA256Mismatch',
  ],
  [
    'an x-amz header that is not signed',
    { unsigned: { 'x-amz-meta-a': 'b' } },
    403,
    'AccessDenied',
  ],
  [
    'a changed signature',
    { authorization: (h) => h.replace(/.$/, '0x') },
    400,
    'AuthorizationHeaderMalformed',
  ],
  ['the old signature version', { authorization: () => 'AWS key:sig' }, 400, 'InvalidRequest'],
  ['a wrong Content-MD5', { ...put, headers: { 'content-md5': md5('x') } }, 400, 'BadDigest'],
  [
    'a Content-MD5 that is none',
    { ...put, headers: { 'content-md5': 'eA==' } },
    400,
    'InvalidDigest',
  ],
  [
    'a wrong checksum',
    { ...put, headers: { 'x-amz-checksum-crc32': 'AAAAAA==' } },
    400,
    'BadDigest',
  ],
  [
    'a key beyond 1024 bytes',
    { ...put, path: `/minato/${'k'.repeat(1025)}` },
    400,
    'KeyTooLongError',
  ],
  [
    'metadata beyond 2 KB',
    { ...put, headers: { 'x-amz-meta-a': 'b'.repeat(2050) } },
    400,
    'MetadataTooLarge',
  ],
  ['a missing key', { path: '/minato/none' }, 404, 'NoSuchKey'],
  ['a missing bucket', { path: '/nowhere/key' }, 404, 'NoSuchBucket'],
  ['a method S3 has not', { method: 'PATCH' }, 405, 'MethodNotAllowed'],
]

for (const [rule, wrong, status, code] of rules) {
  test(`refuses ${rule} with ${code}`, async () => {
    const response = await send(wrong)
    const text = await response.text()
    assert.equal(response.status, status, text)
    assert.equal(/<Code>(\w+)<\/Code>/.exec(text)?.[1], code, text)
  })
}

test('nothing refused has changed the object', async () => {
  assert.equal(await (await send()).text(), 'whole')
})

test('an unsigned request is denied, also for a public-looking path', async () => {
  const response = await fetch(`${sandbox.s3.endpoint}/minato/key`)
  assert.equal(response.status, 403)
  assert.match(await response.text(), /<Code>AccessDenied</)
})

test('a presigned link serves its object until it expires, and nothing else', async () => {
  const { endpoint, region, accessKeyId, secretAccessKey } = sandbox.s3
  const credentials = { accessKeyId, secretAccessKey }
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  const command = new GetObjectCommand({ Bucket: 'minato', Key: 'key' })
  const url = await getSignedUrl(client, command, { expiresIn: 60, signingDate: NOW })
  const code = async (changed: string, init?: RequestInit) => {
    const response = await fetch(changed, init)
    return response.ok ? 'ok' : /<Code>(\w+)</.exec(await response.text())?.[1]
  }
  assert.equal(await code(url), 'ok')
  assert.equal(await code(url.replace('/key?', '/other?')), 'SignatureDoesNotMatch')
  assert.equal(await code(`${url}&response-content-type=text/html`), 'SignatureDoesNotMatch')
  assert.equal(await code(url.replace('Expires=60', 'Expires=600')), 'SignatureDoesNotMatch')
  assert.equal(
    await code(url.replace('Expires=60', 'Expires=700000')),
    'AuthorizationQueryParametersError',
  )
  assert.equal(
    await code(url, { headers: { authorization: 'AWS4-HMAC-SHA256 x' } }),
    'InvalidArgument',
  )
  const early = await getSignedUrl(client, command, { expiresIn: 60, signingDate: later(30) })
  assert.equal(await code(early), 'AccessDenied')
  clock = new Date(NOW.getTime() + 61_000)
  assert.equal(await code(url), 'AccessDenied')
  clock = NOW
  const upload = new PutObjectCommand({ Bucket: 'minato', Key: 'up', ContentType: 'text/plain' })
  const putUrl = await getSignedUrl(client, upload, {
    expiresIn: 60,
    signingDate: NOW,
    signableHeaders: new Set(['content-type']),
  })
  const body = '<script>'
  const headers = { 'content-type': 'text/html' }
  assert.equal(await code(putUrl, { method: 'PUT', body, headers }), 'SignatureDoesNotMatch')
  client.destroy()
})

/** Raw bytes on a socket, for what no client sends. */
function raw(lines: string[], body = ''): Promise<string> {
  const { hostname, port } = new URL(sandbox.s3.endpoint)
  return new Promise((resolve, reject) => {
    const socket = dial(Number(port), hostname, () =>
      socket.end(`${[...lines, 'connection: close'].join('\r\n')}\r\n\r\n${body}`),
    )
    let text = ''
    socket.on('data', (bytes) => {
      text += bytes
    })
    socket.on('end', () => resolve(text))
    socket.on('error', reject)
  })
}

test('another Host name is refused: a web page cannot rebind its name to the sandbox', async () => {
  const answer = await raw(['GET /minato/key HTTP/1.1', 'host: attacker.example'])
  assert.match(answer, /^HTTP\/1\.1 400 .*<Code>InvalidRequest</s)
})

test('a malformed escape in the path is an InvalidURI', async () => {
  const host = new URL(sandbox.s3.endpoint).host
  assert.match(await raw(['GET /minato/%zz HTTP/1.1', `host: ${host}`]), /<Code>InvalidURI</)
})

/** A PUT whose chunks are signed one by one, as streaming uploads of older SDKs are. */
async function sendChunks(change: (chunks: string[]) => string[], decoded = 70_000) {
  const content = 'c'.repeat(70_000)
  const timestamp = NOW.toISOString().replace(/[-:]|\.\d+/g, '')
  const date = timestamp.slice(0, 8)
  const { region, secretAccessKey, accessKeyId } = sandbox.s3
  const scope = `${date}/${region}/s3/aws4_request`
  const claim = { date, region, service: 's3' } as Parameters<typeof signingKey>[1]
  const key = signingKey(secretAccessKey, claim)
  const hmac = (text: string) => createHmac('sha256', key).update(text).digest('hex')
  const signed: Record<string, string> = {
    host: new URL(sandbox.s3.endpoint).host,
    'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    'x-amz-date': timestamp,
    'x-amz-decoded-content-length': String(decoded),
  }
  const names = Object.keys(signed)
  const canonical = [
    'PUT',
    '/minato/chunked',
    '',
    ...names.map((name) => `${name}:${signed[name]}`),
    '',
    names.join(';'),
    'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  ].join('\n')
  const seed = hmac(['AWS4-HMAC-SHA256', timestamp, scope, hex(canonical)].join('\n'))
  let previous = seed
  const chunks = [content.slice(0, 65_536), content.slice(65_536), ''].map((chunk) => {
    const parts = ['AWS4-HMAC-SHA256-PAYLOAD', timestamp, scope, previous, hex(''), hex(chunk)]
    previous = hmac(parts.join('\n'))
    return `${chunk.length.toString(16)};chunk-signature=${previous}\r\n${chunk}\r\n`
  })
  const { host: _host, ...headers } = signed
  const credential = `Credential=${accessKeyId}/${scope}`
  const response = await fetch(`${sandbox.s3.endpoint}/minato/chunked`, {
    method: 'PUT',
    headers: {
      ...headers,
      'content-encoding': 'aws-chunked',
      authorization: `AWS4-HMAC-SHA256 ${credential},SignedHeaders=${names.join(';')},Signature=${seed}`,
    },
    body: change(chunks).join(''),
  })
  return response.ok ? 'ok' : /<Code>(\w+)</.exec(await response.text())?.[1]
}

test('signed chunks: accepted as sent; changed, swapped, cut or misdeclared refused', async () => {
  assert.equal(await sendChunks((chunks) => chunks), 'ok')
  const changed = (chunks: string[]) => chunks.map((chunk) => chunk.replace(/c\r\n$/, 'x\r\n'))
  assert.equal(await sendChunks(changed), 'SignatureDoesNotMatch')
  const unsigned = (chunks: string[]) => chunks.map((c) => c.replace(/;chunk-signature=\w+/, ''))
  assert.equal(await sendChunks(unsigned), 'SignatureDoesNotMatch')
  const swapped = (chunks: string[]) => [chunks[1] ?? '', chunks[0] ?? '', chunks[2] ?? '']
  assert.equal(await sendChunks(swapped), 'SignatureDoesNotMatch')
  assert.equal(await sendChunks((chunks) => chunks.slice(0, 1)), 'IncompleteBody')
  assert.equal(await sendChunks((chunks) => chunks, 69_999), 'IncompleteBody')
})

test('an upload beyond 5 GB is refused before a byte of it is read', async () => {
  const response = await sendChunksDeclared(6 * 1024 ** 3)
  assert.equal(response, 'EntityTooLarge')
})

const sendChunksDeclared = (decoded: number) => sendChunks((chunks) => chunks, decoded)
