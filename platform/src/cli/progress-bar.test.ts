import assert from 'node:assert/strict'
import { test } from 'node:test'
import { progressBar } from './progress-bar.ts'

function output(isTTY: boolean) {
  let text = ''
  const stream = {
    isTTY,
    write(chunk: string) {
      text += chunk
      return true
    },
  }
  return { stream: stream as unknown as NodeJS.WritableStream, text: () => text }
}

test('draws itself over on a terminal, and ends its line', () => {
  const { stream, text } = output(true)
  const bar = progressBar(stream, 4)
  bar.advance(1)
  bar.advance(3)
  bar.end()
  const [, first, second, last] = text().split('\r')
  assert.match(first ?? '', /^\[\.{30}\] 0 \/ 4$/)
  assert.match(second ?? '', /^\[#{8}\.{22}\] 1 \/ 4$/)
  assert.match(last ?? '', /^\[#{30}\] 4 \/ 4\n$/)
})

test('is silent in a file, in a pipe, and when there is nothing to do', () => {
  for (const [tty, total] of [
    [false, 4],
    [true, 0],
  ] as const) {
    const { stream, text } = output(tty)
    const bar = progressBar(stream, total)
    bar.advance(total)
    bar.end()
    assert.equal(text(), '')
  }
})
