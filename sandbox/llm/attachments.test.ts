import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { deflateSync } from 'node:zlib'
import OpenAI from 'openai'
import { type Sandbox, startSandbox } from '../index.ts'
import { readImageSize } from './image-size.ts'

let sandbox: Sandbox
let client: OpenAI
before(async () => {
  sandbox = await startSandbox({ tokensPerSecond: 0, firstTokenMs: 0 })
  client = new OpenAI({ apiKey: 'sk-test', baseURL: sandbox.llmUrl, maxRetries: 0 })
})
after(() => sandbox.close())

type Part = OpenAI.ChatCompletionContentPart

async function ask(...content: Part[]): Promise<string> {
  const messages = [{ role: 'user' as const, content }]
  const reply = await client.chat.completions.create({ model: 'sandbox-main', messages })
  return reply.choices[0]?.message.content ?? ''
}

function png(width: number, height: number): Buffer {
  const head = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
  const size = Buffer.alloc(8)
  size.writeUInt32BE(width, 0)
  size.writeUInt32BE(height, 4)
  return Buffer.concat([head, size, Buffer.from('0806000000', 'hex'), deflateSync('')])
}

/** A PDF of one page for each text, with the offsets a reader needs. */
function pdf(pages: string[]): Buffer {
  const kids = pages.map((_, i) => `${4 + i * 2} 0 R`).join(' ')
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...pages.flatMap((text, i) => {
      const stream = `BT /F1 12 Tf 72 700 Td (${text}) Tj ET`
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${5 + i * 2} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
        `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
      ]
    }),
  ]
  let body = '%PDF-1.4\n'
  const offsets = objects.map((object, i) => {
    const offset = body.length
    body += `${i + 1} 0 obj\n${object}\nendobj\n`
    return `${String(offset).padStart(10, '0')} 00000 n \n`
  })
  const xref = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join('')}`
  const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF`
  return Buffer.from(body + xref + trailer, 'latin1')
}

const dataUrl = (type: string, bytes: Buffer) => `data:${type};base64,${bytes.toString('base64')}`
const image = (url: string): Part => ({ type: 'image_url', image_url: { url } })
const file = (filename: string, file_data: string): Part => ({
  type: 'file',
  file: { filename, file_data },
})

test('describes a picture by type, dimensions and size', async () => {
  const said = await ask(
    { type: 'text', text: 'この写真は何ですか' },
    image(dataUrl('image/png', png(640, 480))),
  )
  assert.match(said, /image\/png, 640×480ピクセル, \d+ B/)
})

test('reads the dimensions of GIF, WebP and JPEG', () => {
  const gif = Buffer.from('47494638396114000a00', 'hex')
  assert.deepEqual(readImageSize(gif), { mediaType: 'image/gif', width: 20, height: 10 })
  const webp = Buffer.concat([
    Buffer.from('RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0', 'latin1'),
    Buffer.from([19, 0, 0, 9, 0, 0]),
  ])
  assert.deepEqual(readImageSize(webp), { mediaType: 'image/webp', width: 20, height: 10 })
  const jpeg = Buffer.from('ffd8ffe000044a46ffc0000b08000a0014010111', 'hex')
  assert.deepEqual(readImageSize(jpeg), { mediaType: 'image/jpeg', width: 20, height: 10 })
  assert.equal(readImageSize(Buffer.from('ffd8ffe0', 'hex')), null)
})

test('reads a PDF given as a file and names the page', async () => {
  const bytes = pdf(['The harbour opens at six.', 'Parking costs five hundred yen an hour.'])
  const said = await ask(file('guide.pdf', dataUrl('application/pdf', bytes)), {
    type: 'text',
    text: 'How much does parking cost?',
  })
  assert.match(said, /guide\.pdf \(application\/pdf, 891 B\)/)
  assert.match(said, /“Parking costs five hundred yen an hour\.” \(guide\.pdf, page 2\)/)
})

test('a file without a question is described, an unreadable PDF is said to be so', async () => {
  const text = dataUrl('text/plain', Buffer.from('一行目です。\n二行目です。'))
  assert.match(await ask(file('メモ.txt', text)), /メモ\.txt.*「一行目です。」\(メモ\.txt\)/s)
  const broken = dataUrl('application/pdf', Buffer.from('%PDF-1.4\nnothing'))
  const said = await ask(file('scan.pdf', broken), { type: 'text', text: '内容は?' })
  assert.match(said, /scan\.pdf.*読み取れませんでした/s)
})

const wrong: [rule: string, part: Part, param: RegExp][] = [
  ['a picture that is none', image(dataUrl('image/png', Buffer.from('text'))), /image_url/],
  ['a remote picture', image('https://example.com/a.png'), /image_url/],
  ['a data URL that is not base64', image('data:image/png,abc'), /image_url/],
  ['a PDF that is none', file('a.pdf', dataUrl('application/pdf', Buffer.from('x'))), /file_data/],
  ['a file without data', { type: 'file', file: { filename: 'a.pdf' } }, /file_data/],
]
for (const [rule, part, param] of wrong) {
  test(`refuses ${rule}, naming the parameter`, async () => {
    await assert.rejects(ask(part), (error: InstanceType<typeof OpenAI.APIError>) => {
      assert.equal(error.status, 400)
      assert.match(error.param ?? '', param)
      return true
    })
  })
}
