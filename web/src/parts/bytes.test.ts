import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesInWords } from './bytes.ts'

test('sizes are written as each language writes them', () => {
  const said = (bytes: number) => [bytesInWords(bytes, 'en'), bytesInWords(bytes, 'ja')]
  assert.deepEqual(said(0), ['0 bytes', '0 バイト'])
  assert.deepEqual(said(1), ['1 byte', '1 バイト'])
  assert.deepEqual(said(39), ['39 bytes', '39 バイト'])
  assert.deepEqual(said(999), ['999 bytes', '999 バイト'])
  assert.deepEqual(said(1000), ['1 kB', '1 KB'])
  assert.deepEqual(said(131_072), ['131 kB', '131 KB'])
  assert.deepEqual(said(999_600), ['1 MB', '1 MB'])
  assert.deepEqual(said(2_345_000), ['2.3 MB', '2.3 MB'])
})
