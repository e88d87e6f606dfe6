import { createHash } from 'node:crypto'

const PADDING = Buffer.from(
  '28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a',
  'hex',
)

/** A one-page PDF; with `password`, protected as PDF 1.4 did it (ISO 32000-1 §7.6.3, revision 2, RC4 40 bits). */
export function pdfOf(options: { password?: string } = {}): Buffer {
  const id = Buffer.alloc(16, 7)
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>',
  ]
  if (options.password !== undefined) objects.push(encryption(options.password, id))
  let body = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const offset = body.length
    body += `${index + 1} 0 obj${object}endobj\n`
    return offset
  })
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const encrypt = options.password === undefined ? '' : '/Encrypt 4 0 R'
  const size = objects.length + 1
  const trailer = `trailer<</Size ${size}/Root 1 0 R${encrypt}/ID[<${id.toString('hex')}><${id.toString('hex')}>]>>`
  const start = body.length
  return Buffer.from(
    `${body}xref\n0 ${size}\n0000000000 65535 f \n${table}${trailer}\nstartxref\n${start}\n%%EOF\n`,
    'latin1',
  )
}

function encryption(password: string, id: Buffer): string {
  const permissions = -44
  const padded = Buffer.concat([Buffer.from(password), PADDING]).subarray(0, 32)
  const owner = rc4(md5(Buffer.concat([Buffer.from('owner'), PADDING]).subarray(0, 32)), padded)
  const p = Buffer.alloc(4)
  p.writeInt32LE(permissions)
  const user = rc4(md5(Buffer.concat([padded, owner, p, id])), PADDING)
  return `<</Filter/Standard/V 1/R 2/O<${owner.toString('hex')}>/U<${user.toString('hex')}>/P ${permissions}>>`
}

function md5(bytes: Buffer): Buffer {
  return createHash('md5').update(bytes).digest().subarray(0, 5)
}

function rc4(key: Buffer, bytes: Buffer): Buffer {
  const s = Uint8Array.from({ length: 256 }, (_, i) => i)
  const swap = (a: number, b: number) => {
    const held = s[a] ?? 0
    s[a] = s[b] ?? 0
    s[b] = held
  }
  for (let i = 0, j = 0; i < 256; i += 1) {
    j = (j + (s[i] ?? 0) + (key[i % key.length] ?? 0)) & 255
    swap(i, j)
  }
  let i = 0
  let j = 0
  return bytes.map((byte) => {
    i = (i + 1) & 255
    j = (j + (s[i] ?? 0)) & 255
    swap(i, j)
    return byte ^ (s[((s[i] ?? 0) + (s[j] ?? 0)) & 255] ?? 0)
  }) as Buffer
}
