import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextPage, tokenOf } from './paths.ts'

const origin = 'https://minato.example'

test('a sign-in leads to a page of this origin only', () => {
  const elsewhere = [
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    '/\t/evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    'evil',
    '',
    '\\\\evil.example',
    'https:evil.example',
  ]
  for (const next of elsewhere) {
    const led = nextPage(`?${new URLSearchParams({ next })}`, origin)
    assert.equal(new URL(led, origin).origin, origin, next)
    assert.equal(led.startsWith('//'), false, next)
  }
  assert.equal(nextPage('?next=%2Fchatbot%3Fa%3D1%23b', origin), '/chatbot?a=1#b')
  assert.equal(nextPage('', origin), '/')
})

test('a sign-in never leads back to the sign-in', () => {
  assert.equal(nextPage('?next=%2Fsign-in', origin), '/')
  assert.equal(nextPage('?next=%2Fsetup%2F', origin), '/')
})

test('a token is read from the fragment alone', () => {
  assert.equal(tokenOf('#token=abc-DEF_1'), 'abc-DEF_1')
  assert.equal(tokenOf(''), '')
})
