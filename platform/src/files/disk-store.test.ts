import assert from 'node:assert/strict'
import { mkdtemp, open, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { createDiskStore } from './disk-store.ts'
import type { OpenTemporary } from './spool.ts'
import { storeSuite } from './test/store-suite.ts'

const clock = () => Date.parse('2026-11-22T09:00:00Z')
let root = ''
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'minato-files-'))
})
after(() => rm(root, { recursive: true, force: true }))

async function everyFile(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name))
}

describe('disk store when something goes wrong', () => {
  it('reports a full device, keeps the old content and leaves no temporary file', async () => {
    const folder = join(root, 'full')
    const good = createDiskStore({ root: folder, clock })
    await good.put('a/b', Buffer.from('old'), { contentType: 'text/plain' })
    // /dev/full answers every write with a real ENOSPC from the kernel.
    const opened: string[] = []
    const full: OpenTemporary = async (path) => {
      opened.push(path)
      await writeFile(path, '')
      return open('/dev/full', 'w')
    }
    const store = createDiskStore({ root: folder, clock, openTemporary: full })
    const source = Readable.from([Buffer.alloc(1024), Buffer.alloc(1024)])
    await assert.rejects(store.put('a/b', source, { contentType: 'text/plain' }), {
      code: 'FILES_STORAGE_FULL',
      status: 507,
    })
    assert.equal(opened.length, 1)
    assert.deepEqual(await readdir(join(folder, 'tmp')), [])
    assert.equal(source.destroyed, true)
    assert.equal((await buffer((await good.get('a/b')).stream)).toString(), 'old')
    await assert.rejects(store.probe(), { code: 'FILES_STORAGE_FULL' })
  })

  it('stores nothing when the source fails half way', async () => {
    const folder = join(root, 'cut')
    const store = createDiskStore({ root: folder, clock })
    async function* cut() {
      yield Buffer.from('half')
      throw new Error('client went away')
    }
    await assert.rejects(store.put('a/b', Readable.from(cut()), { contentType: 'text/plain' }), {
      message: 'client went away',
    })
    assert.equal(await store.stat('a/b'), undefined)
    assert.deepEqual(await everyFile(folder), [])
  })

  it('notices a changed byte at the end of a full read and a cut file at once', async () => {
    const folder = join(root, 'damage')
    const store = createDiskStore({ root: folder, clock })
    await store.put('a/b', Buffer.from('precious'), { contentType: 'text/plain' })
    const [path = ''] = await everyFile(join(folder, 'objects'))
    const handle = await open(path, 'r+')
    await handle.write('P', 0)
    await handle.close()
    const read = await store.get('a/b')
    await assert.rejects(buffer(read.stream), { code: 'FILES_CORRUPT' })
    await truncate(path, 10)
    await assert.rejects(store.get('a/b'), { code: 'FILES_CORRUPT' })
    await assert.rejects(store.stat('a/b'), { code: 'FILES_CORRUPT' })
    assert.deepEqual((await store.list('', null, 10)).items, [])
  })

  it('sweeps what a killed process left, and nothing younger', async () => {
    const folder = join(root, 'sweep')
    const store = createDiskStore({ root: folder, clock })
    await store.put('a/b', Buffer.from('x'), { contentType: 'text/plain' })
    const old = join(folder, 'tmp', 'old')
    await writeFile(old, 'half')
    await utimes(old, new Date(0), new Date(0))
    await writeFile(join(folder, 'tmp', 'young'), 'half')
    assert.equal(await store.sweepLeftovers(new Date(1000)), 1)
    assert.deepEqual(await readdir(join(folder, 'tmp')), ['young'])
  })

  it('keeps a reader on the whole old content while it is replaced and deleted', async () => {
    const store = createDiskStore({ root: join(root, 'replace'), clock })
    await store.put('a/b', Buffer.from('first'), { contentType: 'text/plain' })
    const reading = await store.get('a/b')
    await store.put('a/b', Buffer.from('second'), { contentType: 'text/plain' })
    await store.delete('a/b')
    assert.equal((await buffer(reading.stream)).toString(), 'first')
  })
})

describe('disk store', () => {
  storeSuite(() => createDiskStore({ root: join(root, 'suite'), clock }))
})
