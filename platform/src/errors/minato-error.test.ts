import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commonErrors } from './errors.ts'
import { definedErrors, defineErrors, MinatoError } from './minato-error.ts'
import { problemOf } from './problem.ts'
import '../auth/errors.ts'
import '../data/errors.ts'
import '../files/errors.ts'
import '../http/errors.ts'
import '../keys/errors.ts'
import '../llm/errors.ts'
import '../mail/errors.ts'

const errors = defineErrors({
  TEST_FULL: {
    status: 409,
    title: { en: 'Full', ja: '満杯' },
    detail: { en: 'Delete one: {count} are kept in {place}.', ja: '{count} 件まで。' },
  },
})

test('an error fills its sentence, keeps its cause and tells neither cause nor stack', () => {
  const cause = new Error('password is hunter2')
  const error = errors.TEST_FULL({ count: 5 }, { cause, headers: { 'retry-after': '1' } })
  assert.ok(error instanceof MinatoError)
  assert.equal(error.message, 'Delete one: 5 are kept in {place}.')
  assert.equal(error.cause, cause)
  assert.deepEqual(problemOf(error, 'ja', 'req_1'), {
    type: 'urn:minato:error:TEST_FULL',
    title: '満杯',
    status: 409,
    code: 'TEST_FULL',
    detail: '5 件まで。',
    requestId: 'req_1',
  })
  assert.doesNotMatch(JSON.stringify(problemOf(error, 'en', 'req_1')), /hunter2|stack|at /)
})

test('field errors are told, and only where there are some', () => {
  const errorsOf = [{ path: 'title', code: 'too_small', message: 'must not be empty' }]
  const problem = problemOf(commonErrors.VALIDATION_FAILED({}, { errors: errorsOf }), 'en', 'r')
  assert.deepEqual(problem.errors, errorsOf)
  assert.ok(!('errors' in problemOf(commonErrors.NOT_FOUND(), 'en', 'r')))
})

test('every error of the platform has a code of its own words, a fitting status and both languages', () => {
  const table = Object.entries(definedErrors())
  assert.ok(table.length > 60, `${table.length} errors`)
  for (const [code, { status, title, detail }] of table) {
    assert.match(code, /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/)
    assert.ok(status >= 400 && status < 600, code)
    assert.match(title.ja + detail.ja, /[\u3040-\u30ff\u4e00-\u9fff]/, `${code} speaks Japanese`)
    const names = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort()
    if (code !== 'TEST_FULL') {
      const strange = names(detail.ja).filter((name) => !names(detail.en).includes(name))
      assert.deepEqual(strange, [], `${code} fills the same blanks`)
    }
  }
})
