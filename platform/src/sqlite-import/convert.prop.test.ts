import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { escapeCell, unescapeCell } from '../data/index.ts'
import { arrayLiteral, readArray } from './arrays.ts'
import { canonicalJson } from './canonical-json.ts'
import { addLines, EMPTY_SUM, sumText } from './checksum.ts'
import { integerText, numericText, plainDecimal } from './numbers.ts'
import { Bad } from './reasons.ts'
import { momentOf, momentText } from './times.ts'

test('a cell escaped and read back is the same text, on one line and without a tab', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const cell = escapeCell(text)
      assert.ok(!/[\n\t]/.test(cell))
      assert.equal(unescapeCell(cell), text)
    }),
  )
})

test('an array literal read back gives its elements', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.string())), (elements) => {
      assert.deepEqual(readArray(arrayLiteral(elements)), elements)
    }),
  )
})

test('a sum does not see the order of rows, and sees every other change', () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'b', '0', '1', '\t'), maxLength: 12 })
  const sum = (lines: readonly string[]) => {
    const total = { ...EMPTY_SUM }
    addLines(total, Buffer.from(lines.map((text) => `${text}\n`).join('')))
    return sumText(total)
  }
  fc.assert(
    fc.property(fc.array(line, { minLength: 1 }), line, fc.nat(), (lines, other, at) => {
      const index = at % lines.length
      assert.equal(sum(lines.toReversed()), sum(lines))
      assert.notEqual(sum([...lines, lines[index] ?? '']), sum(lines))
      if (other !== lines[index]) assert.notEqual(sum(lines.with(index, other)), sum(lines))
    }),
  )
})

test('every integer of SQLite keeps its digits; outside of the range it is refused', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      assert.equal(integerText(value, 'int8'), String(value))
      assert.equal(integerText(String(value), 'int8'), String(value))
      const fits = value >= -(2n ** 31n) && value < 2n ** 31n
      assert.equal(integerText(value, 'int4') instanceof Bad, !fits)
    }),
  )
})

test('decimals: the value stays, the spelling is one', () => {
  assert.equal(plainDecimal('1.50e2'), '150')
  assert.equal(plainDecimal('-0.00'), '0')
  assert.equal(plainDecimal('.5'), '0.5')
  assert.equal(plainDecimal('1e-7'), '0.0000001')
  assert.equal(plainDecimal('1e999999'), undefined)
  assert.equal(plainDecimal('1,5'), undefined)
  const rule = { precision: 5, scale: 2, round: true }
  assert.equal(numericText('999.994', rule), '999.99')
  assert.ok(numericText('999.995', rule) instanceof Bad)
  assert.equal(numericText('-0.005', rule), '-0.01')
  assert.ok(numericText(0.1 + 0.2, { ...rule, round: false }) instanceof Bad)
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      assert.equal(Number(plainDecimal(String(value))), value === 0 ? 0 : value)
    }),
  )
})

test('JSON: one spelling for one value, and nothing jsonb refuses', () => {
  assert.equal(
    canonicalJson('{"b":1.0,"a":{"__proto__":2,"2":1e2}}'),
    '{"a":{"2":100,"__proto__":2},"b":1}',
  )
  assert.equal(canonicalJson('123456789012345678901234567890'), '123456789012345678901234567890')
  for (const text of [
    '',
    '{',
    '{a:1}',
    '"\\u0000"',
    '"\\ud800"',
    '{"\\ud800":1}',
    '1e99999',
    'NaN',
  ]) {
    assert.equal(canonicalJson(text), undefined, text)
  }
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(JSON.stringify(value))
      if (text === undefined) return // a NUL or half a pair in it
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)))
      assert.equal(canonicalJson(text), text)
    }),
  )
})

test('moments: milliseconds, seconds, microseconds, ISO text with zones, Julian days', () => {
  const write = (...given: Parameters<typeof momentOf>) => {
    const moment = momentOf(...given)
    return moment instanceof Bad ? moment.reason : momentText(moment, 'timestamptz')
  }
  assert.equal(write(1700000000123, 'auto', 0), '2023-11-14 22:13:20.123+00')
  assert.equal(write(1700000000, 'unix-s', 0), '2023-11-14 22:13:20+00')
  assert.equal(write(1700000000000001n, 'unix-us', 0), '2023-11-14 22:13:20.000001+00')
  assert.equal(write(-1n, 'unix-us', 0), '1969-12-31 23:59:59.999999+00')
  assert.equal(write('1700000000123', 'auto', 0), '2023-11-14 22:13:20.123+00')
  assert.equal(write(2460263.425925926, 'julian', 0), '2023-11-14 22:13:20+00')
  assert.equal(write('2024-02-29 09:00', 'auto', 540), '2024-02-29 00:00:00+00')
  assert.equal(write('2024-02-29T09:00:00.1234567Z', 'auto', 0), 'would-round')
  for (const text of [
    '2023-02-29',
    '2024-13-01',
    '2024-01-01T24:00',
    'yesterday',
    '0000-01-01',
    '',
  ]) {
    assert.equal(write(text, 'auto', 0), 'not-a-time', text)
  }
  assert.equal(write(1e18, 'auto', 0), 'not-a-time')
  fc.assert(
    fc.property(
      fc.date({ min: new Date('0001-01-02'), max: new Date('9999-12-30'), noInvalidDate: true }),
      (date) => {
        assert.equal(write(date.getTime(), 'auto', 0), write(date.toISOString(), 'iso', 0))
      },
    ),
  )
})
