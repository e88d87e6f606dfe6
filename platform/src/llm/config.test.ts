import assert from 'node:assert/strict'
import { test } from 'node:test'
import { llmConfig } from './config.ts'
import { createPrices } from './prices.ts'

const parse = (name: keyof typeof llmConfig.variables, text: string | undefined) =>
  llmConfig.variables[name].schema.safeParse(text)

test('caps are amounts or "none"', () => {
  assert.equal(parse('monthlyCapUsd', '12.5').data, 12.5)
  assert.equal(parse('monthlyCapUsd', 'none').data, null)
  assert.equal(parse('monthlyCapUsd', undefined).data, 20)
  assert.equal(parse('monthlyCapUsd', '-1').success, false)
  assert.equal(parse('monthlyCapTokens', '1.5').success, false)
})

test('prices are JSON of USD for a million tokens, or the mistake is named', () => {
  assert.deepEqual(parse('prices', '{"m":{"in":1,"out":2}}').data, { m: { in: 1, out: 2 } })
  for (const wrong of ['{', '[]', '{"m":1}', '{"m":{"in":-1,"out":2}}']) {
    const { success, error } = parse('prices', wrong)
    assert.equal(success, false)
    assert.match(error?.issues[0]?.message ?? '', /JSON such as/)
  }
})

test('a dated release costs what its model costs; a name that only begins alike does not', () => {
  const prices = createPrices({ 'gpt-x': { in: 1, out: 2 } })
  assert.deepEqual(prices.cost('gpt-x-2026-01-31', 1_000_000, 1_000_000), {
    costUsd: 3,
    priceKnown: true,
  })
  assert.equal(prices.cost('gpt-x-mini', 1, 1).priceKnown, false)
  assert.equal(prices.dearest(['sandbox-lite', 'gpt-x']), 'gpt-x')
})
