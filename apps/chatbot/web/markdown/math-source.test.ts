import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mathSource } from './math-source.ts'

test('the ways models write mathematics become one', () => {
  assert.equal(mathSource('面積は \\(\\pi r^2\\) です'), '面積は $$\\pi r^2$$ です')
  assert.equal(mathSource('角 $x$ と $2^n$ と $a - b$'), '角 $$x$$ と $$2^n$$ と $$a - b$$')
  assert.equal(mathSource('式:\n$$x = 1$$\n終わり'), '式:\n$$\nx = 1\n$$\n終わり')
  assert.equal(mathSource('式:\n\\[\nx = 1\n\\]\n終わり'), '式:\n$$\nx = 1\n$$\n終わり')
})

test('a formula on a line of a list stays in the list', () => {
  assert.equal(mathSource('- 式\n  \\[a+b\\]\n- 次'), '- 式\n  $$\n  a+b\n  $$\n- 次')
})

test('prices, notes and code are left alone', () => {
  for (const text of [
    'It costs $5, or $10 with tax.',
    'US$5~US$10 per seat',
    '料金は $5 から $10 です',
    '参照 \\[1\\] と \\[2\\]',
    '`$HOME/$USER` and `\\(x\\)`',
    '```sh\necho $x + $y\n\\[a=b\\]\n```',
    '~~~\n$$x=1$$',
  ])
    assert.equal(mathSource(text), text)
})

test('openings without an end cost little', () => {
  const started = performance.now()
  mathSource('\\['.repeat(20_000))
  mathSource('\\('.repeat(20_000))
  mathSource('$a'.repeat(20_000))
  mathSource('`a ``b '.repeat(5_000))
  assert.ok(performance.now() - started < 2000)
})
