import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { withTrueExtension } from './extension.ts'
import { safeFileName } from './file-name.ts'

test('keeps what people write, and tames what machines would obey', () => {
  const cases: [string, string][] = [
    ['見積書（最終）2026年.pdf', '見積書（最終）2026年.pdf'],
    ['ハ\u3099ン.txt', 'バン.txt'],
    ['a b  c.txt', 'a b c.txt'],
    ['👨‍👩‍👧 家族.png', '👨‍👩‍👧 家族.png'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\x\\a.txt', 'a.txt'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['a\u0000\r\nb.txt', 'ab.txt'],
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['LPT1.pdf', '_LPT1.pdf'],
    ['console.txt', 'console.txt'],
    ['.htaccess', 'htaccess'],
    ['name. . ', 'name'],
    ['<a href="x">?*|:.txt', '_a href=_x____..txt'.replace('..', '_.')],
    ['', 'file'],
    ['...', 'file'],
    ['///', 'file'],
    ['\u200b', 'file'],
  ]
  for (const [original, expected] of cases) {
    if (original.startsWith('<')) assert.match(safeFileName(original), /^_a href=_x[_.]+txt$/)
    else assert.equal(safeFileName(original), expected, JSON.stringify(original))
  }
})

test('cuts long names in the stem, at whole characters, and keeps the extension', () => {
  for (const long of ['あ'.repeat(300), '😀'.repeat(200), 'x'.repeat(500)]) {
    const name = safeFileName(`${long}.pdf`)
    assert.ok(name.endsWith('.pdf'))
    assert.ok(Array.from(name).length <= 120)
    assert.ok(Buffer.byteLength(name) <= 240)
    assert.equal(name.isWellFormed(), true)
  }
})

test('whatever comes in, the name is safe, and safe names stay as they are', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({
      unit: fc.constantFrom('.', '/', '\\', ' ', 'a', '\u202e', '\ud800', '\0', '港'),
      maxLength: 40,
    }),
  )
  fc.assert(
    fc.property(anything, (original) => {
      const name = safeFileName(original)
      assert.ok(name.length > 0)
      assert.doesNotMatch(name, /[/\\<>:"|?*\p{Cc}\u202a-\u202e\u2066-\u2069\u200b]/u)
      assert.doesNotMatch(name, /^[. ]|[. ]$/)
      assert.ok(Array.from(name).length <= 120)
      assert.equal(name.isWellFormed(), true)
      assert.equal(safeFileName(name), name)
    }),
    { numRuns: 200 },
  )
})

test('a name tells the truth about its content', () => {
  assert.equal(withTrueExtension('a.PDF', 'application/pdf'), 'a.PDF')
  assert.equal(withTrueExtension('a.jpeg', 'image/jpeg'), 'a.jpeg')
  assert.equal(withTrueExtension('a.exe', 'image/png'), 'a.exe.png')
  assert.equal(withTrueExtension('README', 'text/plain'), 'README.txt')
  assert.equal(withTrueExtension('a.bin', 'application/x-unknown'), 'a.bin')
})
