import assert from 'node:assert/strict'
import { test } from 'node:test'
import { estimateMessageTokens, estimateTokens } from './estimate-tokens.ts'

test('English costs about a token a word and a third, Japanese about one a character', () => {
  const english =
    'The ship that carries the containers will arrive at the harbour tomorrow morning.'
  const words = english.split(' ').length
  assert.ok(estimateTokens(english) >= words && estimateTokens(english) <= words * 2)
  const japanese = 'コンテナを積んだ船は明日の朝に港へ着きます。'
  assert.ok(estimateTokens(japanese) >= japanese.length * 0.7)
  assert.ok(estimateTokens(japanese) <= japanese.length * 1.2)
  assert.equal(estimateTokens(''), 0)
})

test('pictures and files are counted without being opened', () => {
  const open = () => assert.fail('opened')
  const tokens = estimateMessageTokens({
    role: 'user',
    content: [
      {
        type: 'file',
        name: 'a.pdf',
        contentType: 'application/pdf',
        data: { size: 600_000, open },
      },
      { type: 'image', contentType: 'image/png', data: { size: 5_000_000, open } },
    ],
  })
  assert.ok(tokens > 5000 && tokens < 20_000, String(tokens))
})

test('a million characters do not hold up the process', () => {
  const text = '港とharbour '.repeat(100_000)
  const started = performance.now()
  estimateTokens(text)
  assert.ok(performance.now() - started < 2000)
})
