import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Report, Result } from '../report.ts'
import { countsOf } from '../score.ts'
import { asJunit } from './junit.ts'
import { asSarif } from './sarif.ts'
import { asText } from './text.ts'

const base: Result = {
  id: 'mail.real',
  phase: 'boot',
  severity: 'critical',
  title: { en: 'Mail leaves', ja: 'メールが届く' },
  why: { en: 'People <wait> for it & complain.', ja: '届かないと困ります。' },
  mend: { en: 'Set MAIL_URL.', ja: 'MAIL_URL を設定します。' },
  minutes: 15,
  seeds: ['004 SendGrid'],
  status: 'fail',
  evidence: { en: 'MAIL_URL is "not set"', ja: 'MAIL_URL が未設定' },
  place: { variable: 'MAIL_URL' },
  durationMs: 3,
}
const waiver = { owner: 'Hanako', reason: 'sandbox until launch', expires: '2026-12-01' }
const file = { file: 'deploy/compose.yml', line: 7 }
const results: Result[] = [
  { ...base, id: 'a.right', status: 'pass' },
  base,
  { ...base, id: 'a.waived', waiver, place: file },
  { ...base, id: 'a.unseen', status: 'skip', phase: 'static' },
]
const report: Report = {
  version: 1,
  startedAt: '2026-11-22T00:00:00.000Z',
  finishedAt: '2026-11-22T00:00:01.000Z',
  release: '1.2.3',
  phases: ['static', 'boot'],
  score: 50,
  scores: { static: 0, boot: 50 },
  counts: countsOf(results),
  minutes: 15,
  results,
}

test('on a terminal what is open comes first, with what was seen, why and how to mend it', () => {
  const text = asText(report, { language: 'ja' })
  const open = text.indexOf('未対応  mail.real')
  assert.ok(open > 0 && open < text.indexOf('a.waived') && open < text.indexOf('a.right'))
  assert.match(text, /確認: MAIL_URL が未設定 \(MAIL_URL\)/)
  assert.match(text, /Hanako が 2026-12-01 まで承認/)
  assert.match(text, /スコア 50\/100: 合格 1、未対応 1、免除 1、未確認 1 \(対処 15 分\)/)
  assert.ok(asText(report, { language: 'en', color: true }).includes('\u001b[31mOPEN\u001b[0m'))
})

test('no line is wider than the terminal', () => {
  const long = { en: 'word '.repeat(60), ja: '長い文です。'.repeat(40) }
  const wide = { ...report, results: [{ ...base, why: long }] }
  for (const language of ['en', 'ja'] as const) {
    for (const line of asText(wide, { language, width: 80 }).split('\n')) {
      const columns = [...line].reduce((sum, c) => sum + (c > '\u2e7f' ? 2 : 1), 0)
      assert.ok(columns <= 82, `${columns}: ${line}`)
    }
  }
})

test('SARIF: levels, places, suppressions', () => {
  const sarif = JSON.parse(JSON.stringify(asSarif(report)))
  const [run] = sarif.runs
  assert.equal(sarif.version, '2.1.0')
  assert.equal(run.tool.driver.rules[1].id, 'mail.real')
  assert.equal(run.tool.driver.rules[1].properties['security-severity'], '9.5')
  const [right, open, waived, unseen] = run.results
  assert.deepEqual([right.kind, open.kind, unseen.kind], ['pass', 'fail', 'open'])
  assert.deepEqual([right.level, open.level], ['none', 'error'])
  assert.equal(open.locations[0].logicalLocations[0].name, 'MAIL_URL')
  const { physicalLocation } = waived.locations[0]
  assert.deepEqual(
    [physicalLocation.artifactLocation.uri, physicalLocation.region.startLine],
    ['deploy/compose.yml', 7],
  )
  assert.equal(waived.suppressions[0].status, 'accepted')
  assert.equal(open.suppressions, undefined)
})

test('JUnit: one failure for each finding, everything escaped', () => {
  const xml = asJunit(report)
  assert.match(
    xml,
    /<testsuite name="minato audit boot" tests="3" failures="1" errors="0" skipped="1"/,
  )
  assert.match(xml, /<failure message="MAIL_URL is &quot;not set&quot;" type="critical">/)
  assert.match(xml, /People &lt;wait&gt; for it &amp; complain\./)
  assert.match(xml, /<skipped message="Waived by Hanako until 2026-12-01/)
})
