import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changed, type OwnJob, type OwnJobChange } from './own-jobs-list.ts'

const title = { en: 'Install', ja: '導入' }
const job = (id: string, progress = 0): OwnJob => ({
  id,
  name: 'mcp-console.install',
  title,
  progress,
  message: null,
})
const change = (id: string, more: Partial<OwnJobChange>): OwnJobChange => ({
  ...job(id),
  state: 'running',
  ...more,
})

test('a job that begins comes first; progress moves it nowhere', () => {
  const begun = changed([job('a', 50)], change('b', { progress: 10 }))
  assert.deepEqual(begun, [job('b', 10), job('a', 50)])
  const message = { en: 'Pulling', ja: '取得中' }
  const moved = changed(begun, change('a', { progress: 60, message }))
  assert.deepEqual(moved, [job('b', 10), { ...job('a', 60), message }])
  assert.deepEqual(changed(moved, change('a', { progress: null, message: null })), moved)
})

test('a job that no longer runs is gone, whatever became of it', () => {
  for (const state of ['succeeded', 'failed', 'cancelled', 'queued']) {
    assert.deepEqual(changed([job('a'), job('b')], change('a', { state })), [job('b')])
    assert.deepEqual(changed([], change('a', { state })), [])
  }
})
