import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import Fastify from 'fastify'
import { MinatoError } from '../errors/index.ts'
import { createLogger, Secret } from '../log/index.ts'
import { createOutbound } from '../outbound/index.ts'
import { createDiskStore, createFiles, filesConfig, moveFiles } from './index.ts'
import { publicOrigins } from './public-origins.ts'
import { bucket } from './test/bucket.ts'

let folder = ''
let now = Date.parse('2026-11-22T09:00:00Z')
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minato-files-'))
})
after(() => rm(folder, { recursive: true, force: true }))

const outbound = createOutbound()
const worker = {
  role: 'web' as const,
  log: createLogger({ level: 'fatal' }),
  onClose: () => undefined,
}
const text = { contentType: 'text/plain' }
const noRole = { role: false, taskPath: undefined }
const noFiles = {
  filesUrl: undefined,
  accessKeyId: undefined,
  secretAccessKey: undefined,
  ...noRole,
}

function disk(name: string, secret = 1) {
  return createFiles({
    config: { files: noFiles },
    dataDir: join(folder, name),
    publicUrl: 'http://minato.test',
    keys: { derive: () => Buffer.alloc(32, secret) },
    clock: () => now,
    outbound,
    ...worker,
  })
}

describe('files', () => {
  it('deletes what is older than a day in temp/ and quarantine/, and nothing else', async () => {
    const files = disk('sweep')
    for (const key of ['temp/old', 'quarantine/old', 'uploads/old']) {
      await files.put(key, Buffer.from('x'), text)
    }
    now += 23 * 3_600_000
    await files.put('temp/young', Buffer.from('x'), text)
    now += 2 * 3_600_000
    assert.deepEqual(await files.sweep(), { deleted: 2, leftovers: 0 })
    assert.deepEqual(
      (await files.list('')).items.map((item) => item.key),
      ['temp/young', 'uploads/old'],
    )
  })

  it('tells its health', async () => {
    const health = await disk('health').health()
    assert.equal(health.kind, 'disk')
  })

  it('speaks S3 when FILES_URL says so, and says when it is away', async () => {
    const s3 = await bucket()
    const files = createFiles({
      config: {
        files: {
          ...noRole,
          filesUrl: s3.filesUrl('app'),
          accessKeyId: new Secret(s3.sandbox.s3.accessKeyId, { register: false }),
          secretAccessKey: new Secret(s3.sandbox.s3.secretAccessKey, { register: false }),
        },
      },
      dataDir: join(folder, 's3'),
      publicUrl: 'http://minato.test',
      keys: { derive: () => Buffer.alloc(32) },
      clock: () => now,
      outbound: s3.outbound,
      ...worker,
    })
    await files.put('a/b', Buffer.from('in S3'), text)
    assert.equal((await buffer((await files.get('a/b')).stream)).toString(), 'in S3')
    assert.equal((await fetch(await files.signedUrl('a/b', { expiresInMs: 5000 }))).status, 200)
    assert.deepEqual(files.publicOrigins(), [new URL(s3.sandbox.s3.endpoint).origin])
    await s3.sandbox.close()
    await assert.rejects(files.stat('a/b'), { code: 'FILES_UNAVAILABLE', status: 503 })
    await assert.rejects(files.health(), { code: 'FILES_UNAVAILABLE' })
    await s3[Symbol.asyncDispose]()
  })

  it('moves everything between back ends with proof, and goes on where it stopped', async () => {
    const s3 = await bucket()
    const from = createDiskStore({ root: join(folder, 'move'), clock: () => now })
    for (let i = 0; i < 12; i += 1) {
      await from.put(`uploads/${i}`, Buffer.alloc(1000 * i, i), {
        contentType: 'application/pdf',
        metadata: { name: `見積 ${i}.pdf` },
      })
    }
    const stop = new AbortController()
    const onProgress = ({ files }: { files: number }) =>
      files === 5 && stop.abort(new Error('stopped'))
    await assert.rejects(moveFiles(from, s3.store, { signal: stop.signal, onProgress }), /stopped/)
    const there = await moveFiles(from, s3.store, { deleteSource: true })
    assert.deepEqual([there.files, there.skipped, there.bytes], [12, 5, 66_000])
    assert.deepEqual((await from.list('', null, 10)).items, [])
    const back = await moveFiles(s3.store, from)
    assert.equal(back.manifestSha256, there.manifestSha256)
    const file = await from.stat('uploads/3')
    assert.deepEqual(
      [file?.contentType, file?.metadata],
      ['application/pdf', { name: '見積 3.pdf' }],
    )
    await s3[Symbol.asyncDispose]()
  })

  it('knows the origin of presigned links for each kind of address', () => {
    assert.deepEqual(publicOrigins(undefined), [])
    assert.deepEqual(publicOrigins('s3://b/p?region=ap-northeast-1'), [
      'https://b.s3.ap-northeast-1.amazonaws.com',
    ])
    assert.deepEqual(publicOrigins('s3://b?endpoint=https://r2.example.com&forcePathStyle=true'), [
      'https://r2.example.com',
    ])
    assert.deepEqual(publicOrigins('s3://b?endpoint=https://r2.example.com'), [
      'https://b.r2.example.com',
    ])
  })

  it('asks for both halves of the key pair, and for an address it can read', () => {
    const { variables, check } = filesConfig
    const problems = check?.({ ...noFiles, filesUrl: 's3://b' }, 'production') ?? []
    assert.deepEqual(
      problems.map((problem) => problem.variable),
      ['FILES_ACCESS_KEY_ID', 'FILES_SECRET_ACCESS_KEY'],
    )
    for (const bad of ['http://b', 's3://', 's3://key:secret@b', 's3://b?endpoint=nonsense', 'b']) {
      assert.equal(variables.filesUrl.schema.safeParse(bad).success, false, bad)
    }
  })
})

describe('signed links of the disk store', () => {
  async function serve(files: ReturnType<typeof disk>) {
    const app = Fastify()
    app.setErrorHandler((error, _request, reply) =>
      error instanceof MinatoError
        ? reply.code(error.status).send({ code: error.code })
        : reply.code(500).send({ code: String(error) }),
    )
    files.routes(app)
    await app.ready()
    return (url: string) => app.inject({ url: url.replace('http://minato.test', '') })
  }

  it('gives the file as a harmless download until the link expires', async () => {
    const files = disk('links')
    const get = await serve(files)
    await files.put('uploads/港 1.html', Buffer.from('<script>'), { contentType: 'text/html' })
    const url = await files.signedUrl('uploads/港 1.html', {
      expiresInMs: 60_000,
      downloadName: 'a.html',
    })
    const answer = await get(url)
    assert.deepEqual([answer.statusCode, answer.body], [200, '<script>'])
    assert.match(String(answer.headers['content-disposition']), /^attachment; filename="a\.html"/)
    assert.match(String(answer.headers['content-security-policy']), /^sandbox/)
    assert.equal(answer.headers['x-content-type-options'], 'nosniff')
    now += 60_001
    assert.equal((await get(url)).json().code, 'FILES_LINK_INVALID')
  })

  it('refuses a link that was altered in any part', async () => {
    const files = disk('links')
    const get = await serve(files)
    await files.put('uploads/mine', Buffer.from('mine'), text)
    await files.put('uploads/yours', Buffer.from('yours'), text)
    const url = await files.signedUrl('uploads/mine', { expiresInMs: 60_000, downloadName: 'a' })
    const altered = [
      url.replace('mine', 'yours'),
      url.replace(/expires=\d+/, `expires=${now + 1e9}`),
      url.replace(/expires=\d+/, 'expires=Infinity'),
      url.replace('name=a', 'name=b'),
      url.replace(/signature=.*/, 'signature='),
      url.replace(/signature=.*/, ''),
      url.replace(/\?.*/, ''),
      url.replace('signature=', 'signature=x&signature='),
      await disk('links', 2).signedUrl('uploads/mine', { expiresInMs: 60_000, downloadName: 'a' }),
    ]
    for (const link of altered) {
      const answer = await get(link)
      assert.deepEqual([answer.statusCode, answer.json().code], [403, 'FILES_LINK_INVALID'], link)
    }
    assert.equal((await get(url)).statusCode, 200)
    for (const path of ['/files/..%2f..%2fetc/passwd', '/files/%00', '/files/a//b']) {
      assert.equal((await get(`${path}?expires=1&signature=a`)).statusCode, 400, path)
    }
  })

  it('signs for a week at most', async () => {
    const url = await disk('links').signedUrl('a', { expiresInMs: 1e12 })
    assert.equal(new URL(url).searchParams.get('expires'), String(now + 7 * 24 * 3_600_000))
  })
})
