import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseEnv } from 'node:util'
import { mergeEnv } from './env-file.ts'

const lines = [
  { name: 'PUBLIC_URL', value: 'https://a.example', why: 'address people use' },
  { name: 'LLM_URL', value: undefined, why: 'model server' },
]

test('an empty file gets every line with its reason; the unknown is shown commented out', () => {
  assert.equal(
    mergeEnv('', lines, {}),
    '# address people use\nPUBLIC_URL=https://a.example\n# model server\n# LLM_URL=\n',
  )
})

test('a second time changes nothing', () => {
  const once = mergeEnv('', lines, { EXTRA: 'x y' })
  assert.equal(mergeEnv(once, lines, { EXTRA: 'x y' }), once)
})

test('what a person wrote stays; what is asked for by name is changed in its place', () => {
  const there = '# mine\nPUBLIC_URL=https://b.example\nCUSTOM=1'
  assert.equal(
    mergeEnv(there, lines, { CUSTOM: '2', LLM_URL: 'https://m/v1' }),
    '# mine\nPUBLIC_URL=https://b.example\nCUSTOM=2\n# model server\nLLM_URL=https://m/v1\n',
  )
})

test('a value with blanks and marks is read back as it was given', () => {
  const from = 'Minato <a@b.example> $5 #1'
  assert.equal(parseEnv(mergeEnv('', [], { MAIL_FROM: from }))['MAIL_FROM'], from)
})

test('an answer takes the place of the line that was commented out', () => {
  const once = mergeEnv('', lines, {})
  const asked = { LLM_URL: 'https://m/v1' }
  const text = mergeEnv(once, lines, asked)
  assert.equal(parseEnv(text)['LLM_URL'], 'https://m/v1')
  assert.equal(mergeEnv(text, lines, asked), text)
})
