import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { describe, it } from 'node:test'
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3'
import { createOutbound, type Outbound } from './index.ts'
import { serve } from './test-data/local-server.ts'
import { traceSockets } from './testing.ts'

function clientFor(outbound: Outbound, endpoint: string): S3Client {
  const requestHandler = outbound.requestHandler('config') as unknown
  return new S3Client({
    region: 'us-east-1',
    endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: requestHandler as NonNullable<S3ClientConfig['requestHandler']>,
    maxAttempts: 2,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
}

/** As much of S3 as the tests ask for: objects by path, in memory. */
function memoryS3(): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const objects = new Map<string, Buffer>()
  return async (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    if (request.method === 'PUT') {
      const parts: Buffer[] = []
      for await (const part of request) parts.push(part)
      objects.set(path, Buffer.concat(parts))
      response.setHeader('etag', '"x"').end()
      return
    }
    const found = objects.get(path)
    if (!found) response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>')
    else response.end(found)
  }
}

describe('requestHandler for the AWS SDK', () => {
  it('streams an object both ways, past 2 MB where the SDK sends Expect, through own sockets', async () => {
    await using server = await serve(memoryS3())
    await using outbound = createOutbound()
    using trace = traceSockets()
    const client = clientFor(outbound, server.origin)
    const part = Buffer.alloc(64 * 1024, 'minato')
    const count = 64
    const object = { Bucket: 'bucket', Key: '港/a b+c.txt' }
    await client.send(
      new PutObjectCommand({
        ...object,
        Body: Readable.from(Array.from({ length: count }, () => part)),
        ContentLength: part.length * count,
      }),
    )
    const { Body } = await client.send(new GetObjectCommand(object))
    const hash = createHash('sha256')
    let size = 0
    for await (const chunk of Body as Readable) {
      size += chunk.length
      hash.update(chunk)
    }
    const expected = createHash('sha256')
    for (let at = 0; at < count; at += 1) expected.update(part)
    assert.equal(size, part.length * count)
    assert.equal(hash.digest('hex'), expected.digest('hex'))
    assert.ok(trace.connections().length > 0)
    assert.deepEqual(trace.strays(), [])
  })

  it('sends the query the SDK signed', async () => {
    let asked = ''
    await using server = await serve((request, response) => {
      asked = request.url ?? ''
      response.end('<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>')
    })
    await using outbound = createOutbound()
    const client = clientFor(outbound, server.origin)
    await client.send(new ListObjectsV2Command({ Bucket: 'bucket', Prefix: "a b/'(1)*!" }))
    assert.equal(asked, '/bucket/?list-type=2&prefix=a%20b%2F%27%281%29%2A%21')
  })

  it('leaves a key with dot segments as it is', async () => {
    let asked = ''
    await using server = await serve((request, response) => {
      asked = request.url ?? ''
      response.end('x')
    })
    await using outbound = createOutbound()
    const client = clientFor(outbound, server.origin)
    await client.send(new GetObjectCommand({ Bucket: 'bucket', Key: 'mine/../../other/secret' }))
    assert.match(asked, /^\/bucket\/mine\/\.\.\/\.\.\/other\/secret(?:\?|$)/)
  })

  it('lets the SDK retry a broken connection, and understands its errors', async () => {
    let hits = 0
    await using server = await serve((request, response) => {
      hits += 1
      if (hits === 1) request.socket.destroy()
      else response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>')
    })
    await using outbound = createOutbound()
    const client = clientFor(outbound, server.origin)
    await assert.rejects(client.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })), {
      name: 'NoSuchKey',
    })
    assert.equal(hits, 2)
  })

  it('stops on abort', async () => {
    await using server = await serve(() => {})
    await using outbound = createOutbound()
    const client = clientFor(outbound, server.origin)
    const abort = new AbortController()
    const pending = client.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }), {
      abortSignal: abort.signal,
    })
    setImmediate(() => abort.abort())
    await assert.rejects(pending, { name: 'AbortError' })
  })
})
