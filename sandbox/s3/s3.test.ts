import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, afterEach, before, test } from 'node:test'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { controlOf } from '../control/testing.ts'
import { type Sandbox, startSandbox } from '../index.ts'
import { createChecksum } from './checksums.ts'

let folder: string
let sandbox: Sandbox
let client: S3Client
const Bucket = 'minato'

function connect(to: Sandbox, more: Partial<S3ClientConfig> = {}): S3Client {
  const { endpoint, region, accessKeyId, secretAccessKey } = to.s3
  const credentials = { accessKeyId, secretAccessKey }
  return new S3Client({
    endpoint,
    region,
    credentials,
    forcePathStyle: true,
    maxAttempts: 1,
    ...more,
  })
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-s3-'))
  sandbox = await startSandbox({ dataDir: folder })
  client = connect(sandbox)
})
afterEach(() => control('POST', '/reset'))
after(async () => {
  client.destroy()
  await sandbox.close()
  await rm(folder, { recursive: true })
})

const control = (method: string, path: string, body?: object) =>
  controlOf(sandbox, method, path, body)

const put = (Key: string, Body: string | Buffer | Readable, more: object = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }))
const get = (Key: string, more: object = {}) =>
  client.send(new GetObjectCommand({ Bucket, Key, ...more }))
const textOf = async (Key: string, more: object = {}) =>
  (await get(Key, more)).Body?.transformToString()

test('an object comes back whole with its headers and metadata, also after a restart', async () => {
  const Key = '港/レポート 2026+1%.txt'
  const made = await put(Key, 'こんにちは', {
    ContentType: 'text/plain; charset=utf-8',
    ContentDisposition: 'attachment; filename="a.txt"',
    Metadata: { owner: 'sato', sha256: 'abc' },
  })
  assert.equal(made.ETag, `"${createHash('md5').update('こんにちは').digest('hex')}"`)
  assert.ok(made.ChecksumCRC32, 'the checksum the SDK sends by default is verified and confirmed')
  await using again = await startSandbox({ dataDir: folder })
  const other = connect(again)
  const found = await other.send(new GetObjectCommand({ Bucket, Key }))
  assert.equal(await found.Body?.transformToString(), 'こんにちは')
  assert.equal(found.ContentType, 'text/plain; charset=utf-8')
  assert.equal(found.ContentDisposition, 'attachment; filename="a.txt"')
  assert.deepEqual(found.Metadata, { owner: 'sato', sha256: 'abc' })
  other.destroy()
})

test('streams of a known length arrive chunked with a trailing checksum of every kind', async () => {
  const bytes = randomBytes(300_000)
  for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'SHA1', 'SHA256']) {
    const body = Readable.from([bytes.subarray(0, 100_001), bytes.subarray(100_001)])
    await put('stream', body, { ContentLength: bytes.length, ChecksumAlgorithm })
    const back = await (await get('stream')).Body?.transformToByteArray()
    assert.ok(back && bytes.equals(back), ChecksumAlgorithm)
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'stream' }))
    assert.equal(head.ContentEncoding, undefined)
  }
})

test('CRC64NVME and CRC32C give the published check values', () => {
  const sum = (algorithm: 'crc64nvme' | 'crc32c') => {
    const digest = createChecksum(algorithm)
    digest.update(Buffer.from('12345'))
    digest.update(Buffer.from('6789'))
    return Buffer.from(digest.base64(), 'base64').toString('hex')
  }
  assert.equal(sum('crc64nvme'), 'ae8b14860a799888')
  assert.equal(sum('crc32c'), 'e3069283')
})

test('ranges, conditions and overridden headers', async () => {
  await put('digits', '0123456789')
  assert.equal(await textOf('digits', { Range: 'bytes=2-4' }), '234')
  assert.equal(await textOf('digits', { Range: 'bytes=-3' }), '789')
  assert.equal((await get('digits', { Range: 'bytes=8-100' })).ContentRange, 'bytes 8-9/10')
  await assert.rejects(get('digits', { Range: 'bytes=10-' }), { name: 'InvalidRange' })
  const { ETag } = await client.send(new HeadObjectCommand({ Bucket, Key: 'digits' }))
  await assert
    .rejects(get('digits', { IfNoneMatch: ETag }), { $metadata: undefined })
    .catch(() => {})
  await assert.rejects(
    get('digits', { IfNoneMatch: ETag }),
    (error: { $metadata: { httpStatusCode: number } }) => error.$metadata.httpStatusCode === 304,
  )
  await assert.rejects(get('digits', { IfMatch: '"other"' }), { name: 'PreconditionFailed' })
  await assert.rejects(put('digits', 'again', { IfNoneMatch: '*' }), { name: 'PreconditionFailed' })
  const shown = await get('digits', { ResponseContentDisposition: 'attachment; filename="d.txt"' })
  assert.equal(shown.ContentDisposition, 'attachment; filename="d.txt"')
  await put('empty', '')
  assert.equal(await textOf('empty'), '')
})

test('lists in byte order with prefix, delimiter and pages', async () => {
  for (const key of ['a/1', 'a/2', 'a/b/3', 'b', 'ｚ', '😀']) await put(key, key)
  const list = (more: object) => client.send(new ListObjectsV2Command({ Bucket, ...more }))
  const top = await list({ Delimiter: '/' })
  assert.deepEqual(top.CommonPrefixes, [{ Prefix: 'a/' }])
  assert.deepEqual(
    top.Contents?.map((entry) => entry.Key),
    ['b', 'ｚ', '😀'],
  )
  const inner = await list({ Prefix: 'a/', Delimiter: '/' })
  assert.deepEqual(
    inner.Contents?.map((entry) => entry.Key),
    ['a/1', 'a/2'],
  )
  const seen: (string | undefined)[] = []
  let token: string | undefined
  for (let page = 0; page < 10; page++) {
    const got = await list({ MaxKeys: 1, Delimiter: '/', ContinuationToken: token })
    seen.push(...(got.CommonPrefixes ?? []).map((entry) => entry.Prefix))
    seen.push(...(got.Contents ?? []).map((entry) => entry.Key))
    token = got.NextContinuationToken
    if (!got.IsTruncated) break
  }
  assert.deepEqual(seen, ['a/', 'b', 'ｚ', '😀'])
  await assert.rejects(list({ ContinuationToken: 'bogus' }), { name: 'InvalidArgument' })
})

test('copies, deletes one and many', async () => {
  await put('one', '1', { Metadata: { a: 'b' } })
  await client.send(new CopyObjectCommand({ Bucket, Key: 'two', CopySource: 'minato/one' }))
  assert.equal(await textOf('two'), '1')
  assert.deepEqual((await get('two')).Metadata, { a: 'b' })
  await assert.rejects(
    client.send(new CopyObjectCommand({ Bucket, Key: 'x', CopySource: 'minato/none' })),
    { name: 'NoSuchKey' },
  )
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'one' }))
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'never-there' }))
  await assert.rejects(get('one'), { name: 'NoSuchKey' })
  await put('three <&>', '3')
  const Delete = { Objects: [{ Key: 'two' }, { Key: 'three <&>' }, { Key: 'none' }] }
  const gone = await client.send(new DeleteObjectsCommand({ Bucket, Delete }))
  assert.equal(gone.Deleted?.length, 3)
  assert.equal((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount, 0)
})

test('buckets: created once, headed, named properly', async () => {
  const create = (name: string) => client.send(new CreateBucketCommand({ Bucket: name }))
  await client.send(new HeadBucketCommand({ Bucket }))
  await assert.rejects(create(Bucket), { name: 'BucketAlreadyOwnedByYou' })
  await assert.rejects(create('No'), { name: 'InvalidBucketName' })
  await assert.rejects(client.send(new HeadBucketCommand({ Bucket: 'nowhere' })), {
    name: 'NotFound',
  })
  await assert.rejects(client.send(new GetObjectCommand({ Bucket: 'nowhere', Key: 'a' })), {
    name: 'NoSuchBucket',
  })
})

test('multipart: parts in order, large enough, unchanged; aborted ones are gone', async () => {
  const Key = 'large'
  const big = randomBytes(5 * 1024 ** 2)
  const begin = async () =>
    (await client.send(new CreateMultipartUploadCommand({ Bucket, Key }))).UploadId
  const upload = (UploadId: string | undefined, PartNumber: number, Body: Buffer) =>
    client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }))
  const complete = (UploadId: string | undefined, Parts: object[]) =>
    client.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
    )
  const id = await begin()
  const first = { PartNumber: 1, ETag: (await upload(id, 1, big)).ETag }
  const second = { PartNumber: 2, ETag: (await upload(id, 2, Buffer.from('end'))).ETag }
  const parts = await client.send(new ListPartsCommand({ Bucket, Key, UploadId: id }))
  assert.deepEqual(
    parts.Parts?.map((part) => part.Size),
    [big.length, 3],
  )
  await assert.rejects(complete(id, [second, first]), { name: 'InvalidPartOrder' })
  await assert.rejects(complete(id, [{ ...first, ETag: second.ETag }]), { name: 'InvalidPart' })
  const made = await complete(id, [first, second])
  assert.match(made.ETag ?? '', /-2"$/)
  const back = await (await get(Key)).Body?.transformToByteArray()
  assert.ok(back && Buffer.concat([big, Buffer.from('end')]).equals(back))

  const small = await begin()
  const tiny = { PartNumber: 1, ETag: (await upload(small, 1, Buffer.from('a'))).ETag }
  const last = { PartNumber: 2, ETag: (await upload(small, 2, Buffer.from('b'))).ETag }
  await assert.rejects(complete(small, [tiny, last]), { name: 'EntityTooSmall' })
  await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: small }))
  await assert.rejects(upload(small, 3, Buffer.from('c')), { name: 'NoSuchUpload' })
})

test('presigned links work for GET and PUT', async () => {
  const command = new PutObjectCommand({ Bucket, Key: 'signed 港.txt' })
  const putUrl = await getSignedUrl(client, command, { expiresIn: 60 })
  assert.equal((await fetch(putUrl, { method: 'PUT', body: 'by link' })).status, 200)
  const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'signed 港.txt' }), {
    expiresIn: 60,
  })
  assert.equal(await (await fetch(url)).text(), 'by link')
  assert.equal((await fetch(url, { method: 'DELETE' })).status, 403)
})

test('scenarios: full refuses writes only, slow-down and 500, wrong bits are served', async () => {
  await put('kept', 'as it was')
  const use = (scenario: string) => control('PUT', '/scenarios/s3', { scenario })
  await use('full')
  await assert.rejects(put('more', 'x'), { name: 'InsufficientStorage' })
  assert.equal(await textOf('kept'), 'as it was')
  await use('slow-down')
  await assert.rejects(get('kept'), { name: 'SlowDown' })
  await use('error-500')
  await assert.rejects(get('kept'), { name: 'InternalError' })
  await use('size-limit')
  await assert.rejects(put('big', randomBytes(2 * 1024 ** 2)), { name: 'EntityTooLarge' })
  await use('corrupt')
  const plain = connect(sandbox, { responseChecksumValidation: 'WHEN_REQUIRED' })
  const spoilt = await plain.send(new GetObjectCommand({ Bucket, Key: 'kept' }))
  assert.notEqual(await spoilt.Body?.transformToString(), 'as it was')
  await assert.rejects(textOf('kept'), /Checksum mismatch/, 'the checksum catches the wrong bit')
  plain.destroy()
})
