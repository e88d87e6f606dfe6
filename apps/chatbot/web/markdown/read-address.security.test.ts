import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAddress } from './read-address.ts'

test('only whole web and mail addresses are links', () => {
  for (const address of [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'blob:https://example.com/1',
    '/api/auth/sign-out',
    '//evil.example/x',
    'sign-out',
    '',
  ])
    assert.equal(readAddress(address), undefined, address)
})

test('the host that is shown is the one the link leads to', () => {
  assert.equal(readAddress('https://bank.example@evil.example/x')?.host, 'evil.example')
  assert.equal(readAddress('https://bank.example@evil.example/x')?.href, 'https://evil.example/x')
  assert.equal(readAddress('https://аpple.com/')?.host, 'xn--pple-43d.com')
  assert.equal(readAddress('http://example.com:8080/a')?.host, 'example.com:8080')
  assert.equal(readAddress('mailto:a@example.com')?.host, 'a@example.com')
})
