import assert from 'node:assert/strict'
import { test } from 'node:test'
import { restoreDrill } from '../bench/drills/restore-drill.ts'
import { reportOf } from '../bench/drills/restore-report.ts'
import { skipWithout } from './peers.ts'

test('a small database is backed up, drilled, restored beside, and recovered after its disk was lost', {
  skip: skipWithout('postgres'),
}, async () => {
  const found = await restoreDrill({ megabytes: 12, quietSeconds: 3, say: () => undefined })
  assert.equal(found.kept, true)
  assert.ok(found.rows > 1000, `${found.rows} rows`)
  if (found.archive !== undefined) {
    const { heartbeats, recovered, rpoMs } = found.archive
    assert.ok(recovered > 0, 'the beginning of the log came back')
    assert.ok(heartbeats >= recovered && rpoMs >= 0)
  }
  assert.match(reportOf(found), /\*\*Kept\.\*\*/)
})
