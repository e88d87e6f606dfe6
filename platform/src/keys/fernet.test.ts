import assert from 'node:assert/strict'
import { createCipheriv, createHmac, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { decryptFernet, parseFernetKey } from './fernet.ts'

// From github.com/fernet/spec: generate.json, verify.json, invalid.json.
const SECRET = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4='
const HELLO =
  'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA=='
const INVALID = {
  'incorrect mac':
    'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ==',
  'too short': 'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPA==',
  'invalid base64':
    '%%%%%%%%%%%%%AECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==',
  'payload size not multiple of block size':
    'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPOm73QeoCk9uGib28Xe5vz6oxq5nmxbx_v7mrfyudzUm',
  'payload padding error':
    'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0ODz4LEpdELGQAad7aNEHbf-JkLPIpuiYRLQ3RtXatOYREu2FWke6CnJNYIbkuKNqOhw==',
  'incorrect IV (causes padding error)':
    'gAAAAAAdwJ6xBQECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAkLhFLHpGtDBRLRTZeUfWgHSv49TF2AUEZ1TIvcZjK1zQ==',
}

function encrypt(key: Buffer, plain: Buffer): string {
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-128-cbc', key.subarray(16), iv)
  const head = Buffer.alloc(9)
  head[0] = 0x80
  head.writeBigUInt64BE(1_700_000_000n, 1)
  const signed = Buffer.concat([head, iv, cipher.update(plain), cipher.final()])
  const mac = createHmac('sha256', key.subarray(0, 16)).update(signed).digest()
  const text = Buffer.concat([signed, mac]).toString('base64url')
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=')
}

test("opens the specification's token", () => {
  assert.equal(decryptFernet(HELLO, [parseFernetKey(SECRET)]).toString(), 'hello')
})

for (const [what, token] of Object.entries(INVALID)) {
  test(`refuses the specification's invalid token: ${what}`, () => {
    assert.throws(() => decryptFernet(token, [parseFernetKey(SECRET)]), { name: 'KeyError' })
  })
}

test('opens whatever was made with any of the keys, and nothing that was altered', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), (plain, at) => {
      const [one, other] = [randomBytes(32), randomBytes(32)]
      const keys = [other, one].map((key) => parseFernetKey(key.toString('base64url').concat('=')))
      const token = encrypt(one, Buffer.from(plain))
      assert.deepEqual(decryptFernet(token, keys), Buffer.from(plain))
      const bytes = Buffer.from(token, 'base64url')
      const index = at % bytes.length
      bytes[index] = (bytes[index] ?? 0) ^ 1
      const altered = bytes.toString('base64url').padEnd(token.length, '=')
      assert.throws(() => decryptFernet(altered, keys), { name: 'KeyError' })
      assert.throws(() => decryptFernet(token, keys.slice(0, 1)), { code: 'KEY_MISMATCH' })
    }),
  )
})

test('refuses what is no key, without repeating it', () => {
  for (const text of ['', 'short', `${SECRET}x`, SECRET.replace('_', '/'), 'ä'.repeat(44)]) {
    assert.throws(
      () => parseFernetKey(text),
      (error: Error) => text === '' || !error.message.includes(text),
    )
  }
  assert.ok(parseFernetKey(`  ${SECRET}\n`))
})
