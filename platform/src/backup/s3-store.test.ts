import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucket } from '../files/test/bucket.ts'
import { publishedIds } from './list-store.ts'
import { verifyBackup } from './read-parts.ts'
import { createS3Backups } from './s3-store.ts'
import { backUp, sampleSource, scratchFolder } from './test/fixture.ts'

test('a backup goes into a bucket, is listed by its manifest, read back whole, and missed when a part is gone', async () => {
  await using folder = await scratchFolder()
  await using source = await sampleSource(folder.path)
  await using s3 = await bucket()
  const store = createS3Backups(s3.store, 's3://test')
  await store.put('20200101T000000Z-00000000/database.00001', Buffer.from('half written'))
  const made = await backUp(source, store)
  assert.deepEqual(await publishedIds(store), [made.id])
  await verifyBackup(await made.open())
  await store.delete(`${made.id}/files.00001`)
  await assert.rejects(verifyBackup(await made.open()), { code: 'BACKUP_PART_MISSING' })
})
