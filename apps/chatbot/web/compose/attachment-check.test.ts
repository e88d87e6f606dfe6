import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkFiles } from './attachment-check.ts'

const settings = { maxFiles: 2, maxFileBytes: 10, webSearch: false, warnRatio: 0.8 }
const file = (name: string, bytes = 5, type = '') =>
  new File([new Uint8Array(bytes)], name, { type })

test('what the server takes is taken, by name or by type', () => {
  const { files, refusals } = checkFiles(
    [],
    [file('議事録.DOCX'), file('image', 5, 'image/png')],
    settings,
  )
  assert.deepEqual([files.length, refusals], [2, []])
})

test('each refusal has its reason, and the others are taken', () => {
  const { files, refusals } = checkFiles(
    [file('a.pdf')],
    [file('b.exe'), file('c.txt', 0), file('d.csv', 11), file('e.md'), file('f.md')],
    settings,
  )
  assert.deepEqual(
    files.map(({ name }) => name),
    ['a.pdf', 'e.md'],
  )
  assert.deepEqual(refusals, [
    { name: 'b.exe', reason: 'type' },
    { name: 'c.txt', reason: 'empty' },
    { name: 'd.csv', reason: 'size' },
    { name: 'f.md', reason: 'count' },
  ])
})
