import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checksFromBuild } from './from-build.ts'
import type { SourceTree } from './source-tree.ts'

const words = { en: 'x', ja: 'あ' }
const result = (id: string, status: string) => ({
  ...{ id, phase: 'static', severity: 'high', title: words, why: words, mend: words },
  ...{ minutes: 5, seeds: [], status, evidence: { en: 'seen', ja: '確認' }, durationMs: 1 },
  place: { file: 'a' },
})
const report = {
  finishedAt: '2026-11-22T00:00:00.000Z',
  results: [result('audit.waivers', 'pass'), result('a.right', 'pass'), result('a.wrong', 'fail')],
}

function tree(files: Record<string, string>, git = false): SourceTree {
  const paths = Object.keys(files)
  return { git, paths, matching: () => [], read: async (path) => files[path] }
}

test('an image says again what its build saw', async () => {
  const checks = await checksFromBuild(tree({ 'audit-static.json': JSON.stringify(report) }))
  assert.deepEqual(
    checks?.map(({ id }) => id),
    ['a.right', 'a.wrong'],
  )
  const outcome = await checks?.[1]?.run(undefined as never, AbortSignal.timeout(1000))
  assert.deepEqual(outcome, {
    status: 'fail',
    evidence: {
      en: 'At the build (2026-11-22T00:00:00.000Z): seen',
      ja: 'ビルド時（2026-11-22T00:00:00.000Z）: 確認',
    },
    place: { file: 'a' },
  })
})

test('where the sources are, they are looked at; a broken report is told', async () => {
  const text = JSON.stringify(report)
  assert.equal(await checksFromBuild(tree({ 'audit-static.json': text }, true)), undefined)
  const both = { 'audit-static.json': text, 'package-lock.json': '' }
  assert.equal(await checksFromBuild(tree(both)), undefined)
  await assert.rejects(checksFromBuild(tree({ 'audit-static.json': '{}' })))
})
