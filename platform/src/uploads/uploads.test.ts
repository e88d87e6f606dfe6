import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import sharp from 'sharp'
import { DOCX } from './detect.ts'
import { pdfOf } from './test/pdf.ts'
import { formOf, uploadServer } from './test/server.ts'
import { docxOf, zipOf } from './test/zip.ts'

const PDF = 'application/pdf'
const ALL = [PDF, DOCX, 'text/plain', 'text/markdown', 'text/csv', 'image/png', 'image/jpeg']
const rules = {
  maxFiles: 3,
  maxBytes: 1024 * 1024,
  accept: ALL,
  fields: { text: { maxBytes: 20 } },
}
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('receiving', () => {
  it('takes a form of several kinds and keeps it in quarantine until accepted', async () => {
    await using server = await uploadServer({ rules })
    const pdf = pdfOf()
    const form = formOf(
      { '見積書 2026年.pdf': pdf, '議事録.docx': docxOf('港'), 'README.md': '# 港' },
      { text: '要約して' },
    )
    const { status } = await server.post(form)
    assert.equal(status, 200)
    const { files = [], fields } = server.received() ?? {}
    assert.deepEqual({ ...fields }, { text: ['要約して'] })
    assert.deepEqual(
      files.map((file) => [file.name, file.contentType]),
      [
        ['見積書 2026年.pdf', PDF],
        ['議事録.docx', DOCX],
        ['README.md', 'text/markdown'],
      ],
    )
    const [first] = files
    assert.equal(first?.sha256, sha256(pdf))
    assert.equal(first?.size, pdf.length)
    assert.match(first?.key ?? '', /^quarantine\/[0-9a-f-]{36}$/)
    await first?.accept()
    await first?.accept()
    assert.equal(first?.key, `uploads/${first?.id}`)
    const stored = await server.files.get(first?.key ?? '')
    assert.deepEqual(await buffer(stored.stream), pdf)
    assert.equal((await server.files.list('quarantine/')).items.length, 2)
    for (const file of files) await file.discard()
    assert.deepEqual(await server.everyFile(), [])
  })

  it('spools what is larger than memory should hold, and leaves no spool file', async () => {
    const large = Buffer.alloc(9 * 1024 * 1024, 'あ\n')
    await using server = await uploadServer({ rules: { ...rules, maxBytes: 10 * 1024 * 1024 } })
    const { status } = await server.post(formOf({ 'large.txt': large }))
    assert.equal(status, 200)
    const [file] = server.received()?.files ?? []
    assert.equal(file?.size, large.length)
    assert.equal(file?.sha256, sha256(large))
    await file?.discard()
    assert.deepEqual(await server.everyFile(), [])
  })

  it('tells the encoding of Japanese text files', async () => {
    await using server = await uploadServer({ rules })
    const shiftJis = Buffer.from('8d60820d0a', 'hex').subarray(0, 2)
    const { status } = await server.post(
      formOf({
        'utf8.csv': '名前,数\r\n港,1\r\n',
        'sjis.txt': Buffer.concat([shiftJis, Buffer.from(' minato\r\n')]),
        'utf16.txt': Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('港', 'utf16le')]),
      }),
    )
    assert.equal(status, 200)
    assert.deepEqual(
      server.received()?.files.map((file) => [file.contentType, file.encoding]),
      [
        ['text/csv', 'utf-8'],
        ['text/plain', 'shift_jis'],
        ['text/plain', 'utf-16le'],
      ],
    )
  })

  it('keeps text that happens to begin like a binary format', async () => {
    await using server = await uploadServer({ rules })
    const { status } = await server.post(
      formOf({
        'a.txt': 'BM is short for benchmark',
        'b.txt': 'MZ',
        'c.txt': 'ID3 tags explained',
      }),
    )
    assert.equal(status, 200)
  })

  it('draws images anew without their metadata, upright, and keeps animation', async () => {
    await using server = await uploadServer({
      rules: { ...rules, accept: ['image/jpeg', 'image/gif'] },
    })
    const pixels = { create: { width: 40, height: 20, channels: 3 as const, background: '#c00' } }
    const jpeg = await sharp(pixels)
      .withExif({ IFD0: { Copyright: 'SECRET-OWNER' }, IFD3: { GPSLatitudeRef: 'N' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer()
    const frame = (color: string) =>
      sharp({ create: { ...pixels.create, background: color } })
        .png()
        .toBuffer()
    const gif = await sharp([await frame('#f00'), await frame('#0f0')], {
      join: { animated: true },
    })
      .gif()
      .toBuffer()
    assert.equal((await sharp(jpeg).metadata()).orientation, 6)
    const trailing = Buffer.concat([jpeg, Buffer.from('<script>appended</script>')])
    assert.equal((await server.post(formOf({ 'photo.jpg': trailing, 'a.gif': gif }))).status, 200)
    const [photo, animation] = server.received()?.files ?? []
    const bytes = await buffer((await server.files.get(photo?.key ?? '')).stream)
    const metadata = await sharp(bytes).metadata()
    assert.equal(metadata.exif, undefined)
    assert.equal(bytes.includes('SECRET-OWNER'), false)
    assert.equal(bytes.includes('<script>'), false)
    assert.deepEqual([photo?.width, photo?.height], [20, 40])
    assert.deepEqual([metadata.width, metadata.height], [20, 40])
    const moving = await buffer((await server.files.get(animation?.key ?? '')).stream)
    assert.equal((await sharp(moving, { animated: true }).metadata()).pages, 2)
  })

  it('opens documents that are only restricted, not locked', async () => {
    await using server = await uploadServer({ rules })
    assert.equal((await server.post(formOf({ 'a.pdf': pdfOf({ password: '' }) }))).status, 200)
  })

  it('names a file after its content', async () => {
    await using server = await uploadServer({ rules })
    await server.post(formOf({ 'report.exe': pdfOf(), 'page.html': 'only text' }))
    assert.deepEqual(
      server.received()?.files.map((file) => file.name),
      ['report.exe.pdf', 'page.html.txt'],
    )
  })

  it('lets a form without files pass where the route says so', async () => {
    await using server = await uploadServer({ rules: { ...rules, minFiles: 0 } })
    const form = formOf({}, { text: 'only text' })
    form.append('files', new Blob([]), '')
    assert.equal((await server.post(form)).status, 200)
    assert.deepEqual(server.received()?.files, [])
  })
})

describe('refusing', () => {
  const cases: [string, FormData, number, string, RegExp][] = [
    ['an empty file', formOf({ '空.txt': '' }), 400, 'UPLOAD_EMPTY', /空\.txt/],
    ['a form without a file', formOf({}, { text: 'a' }), 400, 'UPLOAD_MISSING', /no file/],
    [
      'a program under a harmless name',
      formOf({ 'photo.png': Buffer.from('4d5a90000300000004000000ffff0000b8', 'hex') }),
      415,
      'UPLOAD_TYPE_REFUSED',
      /photo\.png.*Accepted: PDF, Word \(\.docx\), TXT/,
    ],
    [
      'HTML under a text name',
      formOf({ 'a.txt': ' <!DOCTYPE html><p>' }),
      415,
      'UPLOAD_TYPE_REFUSED',
      /HTML/,
    ],
    [
      'SVG under a text name',
      formOf({ 'a.md': '<?xml version="1.0"?>\n<svg onload="x">' }),
      415,
      'UPLOAD_TYPE_REFUSED',
      /SVG/,
    ],
    [
      'text with control characters',
      formOf({ 'a.txt': 'a\u0000b' }),
      415,
      'UPLOAD_TYPE_REFUSED',
      /a\.txt/,
    ],
    [
      'an archive',
      formOf({ 'a.docx': zipOf({ 'a.txt': 'x' }) }),
      415,
      'UPLOAD_TYPE_REFUSED',
      /ZIP/,
    ],
    [
      'a document with macros',
      formOf({
        'a.docx': zipOf({
          '[Content_Types].xml': '',
          'word/document.xml': '',
          'word/vbaProject.bin': '',
        }),
      }),
      415,
      'UPLOAD_TYPE_REFUSED',
      /ZIP/,
    ],
    [
      'a document that unpacks to gigabytes',
      formOf({
        'bomb.docx': zipOf(
          { '[Content_Types].xml': '', 'word/document.xml': '' },
          { claimedBytes: 2e9 },
        ),
      }),
      413,
      'UPLOAD_EXPANDS_TOO_MUCH',
      /bomb\.docx.*200 MB/,
    ],
    ['a cut PDF', formOf({ 'a.pdf': pdfOf().subarray(0, 120) }), 422, 'UPLOAD_DAMAGED', /a\.pdf/],
    [
      'a locked PDF',
      formOf({ 'a.pdf': pdfOf({ password: 'secret' }) }),
      422,
      'UPLOAD_ENCRYPTED',
      /password/,
    ],
    [
      'a locked Word document',
      formOf({
        'a.docx': Buffer.concat([
          Buffer.from('d0cf11e0a1b11ae1', 'hex'),
          Buffer.alloc(600),
          Buffer.from('EncryptedPackage', 'utf16le'),
        ]),
      }),
      422,
      'UPLOAD_ENCRYPTED',
      /password/,
    ],
    [
      'a file too many',
      formOf({ a: 'a', b: 'b', c: 'c', 'd.txt': 'd' }),
      413,
      'UPLOAD_TOO_MANY',
      /At most 3.*d\.txt/,
    ],
    [
      'a large file',
      formOf({ ok: 'ok', 'big.txt': Buffer.alloc(1024 * 1024 + 1, 'x') }),
      413,
      'UPLOAD_TOO_LARGE',
      /big\.txt.*1 MB/,
    ],
    [
      'a long field',
      formOf({ a: 'a' }, { text: 'x'.repeat(21) }),
      413,
      'UPLOAD_FIELD_TOO_LARGE',
      /"text".*20/,
    ],
    [
      'an unknown field',
      formOf({ a: 'a' }, { other: 'x' }),
      400,
      'UPLOAD_FIELD_UNKNOWN',
      /"other"/,
    ],
    [
      'a field named like a prototype',
      formOf({ a: 'a' }, { constructor: 'x' }),
      400,
      'UPLOAD_MALFORMED',
      /./,
    ],
    [
      'a damaged image',
      formOf({
        'a.png': Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108020000', 'hex'),
      }),
      422,
      'UPLOAD_DAMAGED',
      /a\.png/,
    ],
  ]
  for (const [what, form, status, code, detail] of cases) {
    it(`refuses ${what} and keeps nothing`, async () => {
      await using server = await uploadServer({ rules })
      const answer = await server.post(form)
      assert.equal(answer.body['code'], code)
      assert.equal(answer.status, status)
      assert.match(String(answer.body['detail']), detail)
      assert.doesNotMatch(String(answer.body['detail']) + String(answer.body['ja']), /\{\w+\}/)
      assert.deepEqual(await server.everyFile(), [])
    })
  }

  it('takes a file of exactly the limit', async () => {
    await using server = await uploadServer({ rules })
    assert.equal(
      (await server.post(formOf({ 'a.txt': Buffer.alloc(1024 * 1024, 'x') }))).status,
      200,
    )
  })
})
