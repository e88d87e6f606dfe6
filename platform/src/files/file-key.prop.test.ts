import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import fc from 'fast-check'
import { createDiskStore } from './disk-store.ts'
import { fileKey, filePrefix, isFileKey } from './file-key.ts'

test('refuses every spelling of a way out', () => {
  const bad = [
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    'a/..',
    '../a',
    'a/../b',
    './a',
    'a/./b',
    'a\\b',
    '..\\a',
    'a\0b',
    'a\nb',
    'a\u202eb',
    'a\ud800',
    'x'.repeat(513),
    '港'.repeat(342),
    'a\u2028',
  ]
  for (const key of bad) assert.throws(() => fileKey(key), { code: 'FILES_KEY_INVALID' }, key)
  for (const key of [
    'a',
    'a.b',
    '...',
    'a/..b',
    '港/見積書 (1).pdf',
    'C:/x',
    'CON',
    'x'.repeat(512),
  ]) {
    assert.equal(fileKey(key), key)
  }
  for (const prefix of ['', 'a', 'a/', 'a/b/']) assert.equal(filePrefix(prefix), prefix)
  for (const prefix of ['/', '../', 'a//', 'a\0']) assert.throws(() => filePrefix(prefix))
})

test('whatever key is accepted stays inside the folder and comes back as it was', async () => {
  const root = await mkdtemp(join(tmpdir(), 'minato-keys-'))
  const store = createDiskStore({ root: join(root, 'files'), clock: () => 0 })
  const part = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.constantFrom('..', '.', 'A', 'a', 'nul', 'a:b'),
  )
  const anyKey = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
  await fc.assert(
    fc.asyncProperty(anyKey, async (key) => {
      fc.pre(isFileKey(key))
      await store.put(key, Buffer.from(key), { contentType: 'text/plain' })
      assert.equal((await buffer((await store.get(key)).stream)).toString(), key)
      const { items } = await store.list(key, null, 1000)
      assert.ok(items.some((item) => item.key === key))
      assert.deepEqual(await readdir(root), ['files'])
    }),
    { numRuns: 100 },
  )
  await rm(root, { recursive: true, force: true })
})
