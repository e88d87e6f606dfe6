import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AnyCheck, defineCheck, fail, type Outcome, pass, skip } from './define-check.ts'
import { isFinding } from './report.ts'
import { runAudit } from './run.ts'
import type { Waivers } from './waivers.ts'

const NO_WAIVERS: Waivers = { file: 'minato-waivers.json', active: new Map(), problems: [] }
const words = { en: 'x', ja: 'あ' }
const context = {} as never

function check(id: string, run: () => Outcome | Promise<Outcome>, extra: object = {}): AnyCheck {
  const common = { severity: 'high', title: words, why: words, mend: words, minutes: 5 } as const
  return defineCheck({ ...common, id, phase: 'static', run, ...extra })
}

const audit = (checks: AnyCheck[], waivers = NO_WAIVERS) =>
  runAudit({ checks, waivers, release: '1', contexts: { static: context } })

test('a check that throws or hangs is a finding, never a pass, and stops none of the others', async () => {
  const report = await audit([
    check('a.throws', () => {
      throw new Error('no such thing')
    }),
    check('a.hangs', () => new Promise(() => undefined), { timeoutMs: 20 }),
    check('a.fine', () => pass('seen')),
  ])
  const [, throws, hangs, fine] = report.results
  assert.ok(throws && hangs && fine)
  assert.match(throws.evidence.en, /^Could not be evaluated: no such thing/)
  assert.match(hangs.evidence.ja, /^検査を実行できませんでした/)
  assert.deepEqual([throws, hangs, fine].map(isFinding), [true, true, false])
  assert.equal(throws.unevaluated, true)
})

test('the score is the weight of what is proven; the unproven is asked for, the waived is not', async () => {
  const waiver = { id: 'a.waived', owner: 'Hanako', reason: 'planned', expires: '2999-01-01' }
  const waivers = { ...NO_WAIVERS, active: new Map([[waiver.id, waiver]]) }
  const report = await audit(
    [
      check('a.waived', () => fail('bad'), { severity: 'critical' }),
      check('a.skipped', () => skip('cannot be seen')),
      check('a.right', () => pass('right')),
      check('a.wrong', () => fail('wrong')),
    ],
    waivers,
  )
  assert.deepEqual(report.counts, { pass: 2, fail: 1, waived: 1, skip: 1 })
  assert.equal(report.score, 50)
  assert.deepEqual(
    report.results.filter(isFinding).map(({ id }) => id),
    ['a.wrong'],
  )
  assert.equal(report.minutes, 5)
})

test('a waiver does not cover a check that could not be evaluated', async () => {
  const waiver = { id: 'a.throws', owner: 'Hanako', reason: 'planned', expires: '2999-01-01' }
  const broken = check('a.throws', () => {
    throw new Error('gone')
  })
  const report = await audit([broken], {
    ...NO_WAIVERS,
    active: new Map([[waiver.id, waiver]]),
  })
  assert.equal(report.results.filter(isFinding).length, 1)
})

test('no secret gets into a report, whatever a check quotes', async () => {
  const report = await audit([
    check('a.quotes', () => fail('redis://:hunter2hunter2@cache:6379 answered')),
  ])
  assert.doesNotMatch(JSON.stringify(report), /hunter2/)
})

test('phases without a context are not run, and an abort ends the run', async () => {
  const other = check('b.boot', () => pass('x'), { phase: 'boot' })
  const report = await audit([other, check('a.one', () => pass('x'))])
  assert.deepEqual(report.phases, ['static'])
  assert.ok(!report.results.some(({ id }) => id === 'b.boot'))
  const stopped = runAudit({
    checks: [check('a.one', () => pass('x'))],
    waivers: NO_WAIVERS,
    release: '1',
    contexts: { static: context },
    signal: AbortSignal.abort(new Error('cancelled')),
  })
  await assert.rejects(stopped, /cancelled/)
})
