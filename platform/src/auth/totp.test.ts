import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base32Encode } from './base32.ts'
import { hotp, matchingStep, otpauthUrl, qrSvg, stepAt } from './totp.ts'

const secret = Buffer.from('12345678901234567890')

test('codes are those of RFC 4226, appendix D, and RFC 6238, appendix B', () => {
  const expected = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583']
  assert.deepEqual(
    expected.map((_, counter) => hotp(secret, counter)),
    expected,
  )
  assert.equal(hotp(secret, stepAt(59_000)), '287082')
  assert.equal(hotp(secret, stepAt(1_111_111_109_000)), '081804')
  assert.equal(hotp(secret, stepAt(20_000_000_000_000)), '353130')
})

test('one step of drift either way is accepted, two are not', () => {
  const now = 1_700_000_000_000
  for (const drift of [-1, 0, 1]) {
    const step = stepAt(now) + drift
    assert.equal(matchingStep(secret, hotp(secret, step), now), step)
  }
  assert.equal(matchingStep(secret, hotp(secret, stepAt(now) + 2), now), undefined)
  assert.equal(matchingStep(secret, hotp(secret, stepAt(now) - 2), now), undefined)
  for (const code of ['', '1', 'abcdef', '12345678901234567890']) {
    assert.equal(matchingStep(secret, code, now), undefined)
  }
})

test('base32 is that of RFC 4648', () => {
  assert.equal(base32Encode(Buffer.from('foobar')), 'MZXW6YTBOI')
  assert.equal(base32Encode(Buffer.from('fooba')), 'MZXW6YTB')
  assert.equal(base32Encode(Buffer.from('')), '')
})

test('the QR code holds what authenticator apps read', async () => {
  const url = otpauthUrl(secret, 'もも@example.jp')
  assert.equal(new URL(url).searchParams.get('secret'), 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
  const svg = await qrSvg(url)
  assert.match(svg, /^<svg [^>]*viewBox/)
  assert.ok(!svg.includes('<script'))
})
