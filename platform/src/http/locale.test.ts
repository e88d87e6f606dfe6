import assert from 'node:assert/strict'
import { test } from 'node:test'
import { localeOf } from './locale.ts'

test('the better of the two languages, English when neither is named', () => {
  const cases: [string | undefined, 'ja' | 'en'][] = [
    [undefined, 'en'],
    ['', 'en'],
    ['ja', 'ja'],
    ['ja-JP,ja;q=0.9,en;q=0.8', 'ja'],
    ['en-US,en;q=0.9,ja;q=0.8', 'en'],
    ['fr, ja;q=0.3, en;q=0.2', 'ja'],
    ['fr, de', 'en'],
    ['ja;q=0, en;q=0.1', 'en'],
    ['*', 'en'],
    ['JA', 'ja'],
  ]
  for (const [header, expected] of cases) assert.equal(localeOf(header), expected, header)
})
