import assert from 'node:assert/strict'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import sharp from 'sharp'
import { createDiskStore, type Files } from '../files/index.ts'
import { pdfOf } from './test/pdf.ts'
import { formOf, uploadServer } from './test/server.ts'

const rules = {
  maxFiles: 2,
  maxBytes: 100_000,
  accept: ['text/plain', 'application/pdf', 'image/png', 'image/gif'],
}
const CRLF = '\r\n'

function part(name: string, body: string, disposition = 'name="files"'): string {
  return `--b${CRLF}Content-Disposition: form-data; ${disposition}; filename="${name}"${CRLF}${CRLF}${body}${CRLF}`
}

function head(length: number | 'chunked', type = 'multipart/form-data; boundary=b'): string {
  const size = length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`
  return `POST / HTTP/1.1${CRLF}Host: a${CRLF}Content-Type: ${type}${CRLF}${size}${CRLF}${CRLF}`
}

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition did not come true within 5 s')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Writes raw bytes and reads until the server's answer is complete or the socket ends. */
async function raw(url: string, ...pieces: (string | Buffer)[]): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  let answer = ''
  socket.on('data', (chunk) => {
    answer += String(chunk)
    if (/\r\n\r\n\{.*\}$/s.test(answer)) socket.end()
  })
  for (const piece of pieces) socket.write(piece)
  await once(socket, 'close')
  return answer
}

describe('uploads, seen by an attacker', () => {
  it('lets a client that is still sending read the refusal', async () => {
    await using server = await uploadServer({ rules })
    // Half-duplex as a browser: the whole body goes out before the answer is looked at.
    const form = formOf({ 'ok.txt': 'fine', 'big.txt': Buffer.alloc(30 * 1024 * 1024, 'x') })
    const { status, body } = await server.post(form)
    assert.deepEqual([status, body['code']], [413, 'UPLOAD_BODY_TOO_LARGE'])
    assert.deepEqual(await server.everyFile(), [])
    assert.equal((await server.post(formOf({ 'ok.txt': 'fine' }))).status, 200)
  })

  it('cuts off a body without end, declared or not', async () => {
    await using server = await uploadServer({ rules })
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => {
      answer += String(chunk)
    })
    socket.on('error', () => undefined)
    socket.write(head('chunked'))
    const piece = Buffer.alloc(1024 * 1024, 'x')
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), piece, Buffer.from('\r\n')])
    let sent = 0
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
    const send = () => new Promise<void>((resolve) => socket.write(chunk, () => resolve()))
    // Bounded: the server gives up long before 200 MB.
    while (!socket.destroyed && sent < 200 && !answer.includes('}')) {
      sent += 1
      await Promise.race([send(), closed])
    }
    assert.ok(sent < 200, 'the server stopped reading')
    socket.destroy()
    // What a sender that never stops sees of the answer is up to its kernel.
    if (answer !== '') assert.match(answer, /^HTTP\/1\.1 413[\s\S]*connection: close/i)
    assert.deepEqual(await server.everyFile(), [])
  })

  it('keeps nothing of a client that goes away in the middle', async () => {
    await using server = await uploadServer({ rules })
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    socket.write(
      head(90_000) + part('a.txt', 'first file') + part('b.txt', 'x'.repeat(1000)).slice(0, 500),
    )
    await eventually(async () => (await server.everyFile()).length === 1)
    socket.destroy()
    await eventually(async () => (await server.everyFile()).length === 0)
  })

  const malformed: [string, string, string][] = [
    ['no boundary', head(10, 'multipart/form-data') + 'x'.repeat(10), 'UPLOAD_MALFORMED'],
    ['a cut form', head(part('a.txt', 'a').length) + part('a.txt', 'a'), 'UPLOAD_MALFORMED'],
    ['no form at all', `${head(5)}hello`, 'UPLOAD_MALFORMED'],
    ['no body', head(0), 'UPLOAD_MISSING'],
    [
      'a nameless part',
      head(53 + 5) +
        `--b${CRLF}Content-Disposition: attachment${CRLF}${CRLF}hello${CRLF}--b--${CRLF}`.padEnd(
          58,
        ),
      'UPLOAD_MISSING',
    ],
  ]
  for (const [what, request, code] of malformed) {
    it(`answers 400 to ${what}`, async () => {
      await using server = await uploadServer({ rules })
      const answer = await raw(server.url, request)
      assert.match(answer, /^HTTP\/1\.1 400/)
      assert.match(answer, new RegExp(code))
      assert.deepEqual(await server.everyFile(), [])
    })
  }

  it('answers 415 to a body that is no form', async () => {
    await using server = await uploadServer({ rules })
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    assert.equal(response.status, 415)
  })

  it('never uses a name as a path', async () => {
    await using server = await uploadServer({ rules })
    const body = `${part('../../../etc/passwd', 'a')}${part('C:\\\\Windows\\\\system.ini', 'b')}--b--${CRLF}`
    await raw(server.url, head(body.length) + body)
    assert.deepEqual(
      server.received()?.files.map((file) => file.name),
      ['passwd.txt', 'system.ini.txt'],
    )
    for (const file of server.received()?.files ?? []) {
      assert.match(file.key, /^quarantine\/[0-9a-f-]{36}$/)
    }
  })

  it('refuses a small file that unpacks to a huge picture', async () => {
    await using server = await uploadServer({ rules, maxPixels: 1_000_000 })
    const huge = await sharp({
      create: { width: 3000, height: 3000, channels: 3, background: '#fff' },
    })
      .png()
      .toBuffer()
    assert.ok(huge.length < 100_000)
    const answer = await server.post(formOf({ 'bomb.png': huge }))
    assert.deepEqual([answer.status, answer.body['code']], [413, 'UPLOAD_IMAGE_TOO_LARGE'])
    const frame = { create: { width: 600, height: 600, channels: 3 as const, background: '#fff' } }
    const frames = await Promise.all(
      [1, 2, 3, 4].map((i) =>
        sharp({ ...frame, create: { ...frame.create, background: `#${i}${i}${i}` } })
          .png()
          .toBuffer(),
      ),
    )
    const film = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer()
    const animated = await server.post(formOf({ 'bomb.gif': film }))
    assert.deepEqual([animated.status, animated.body['code']], [413, 'UPLOAD_IMAGE_TOO_LARGE'])
    assert.deepEqual(await server.everyFile(), [])
  })

  it('says so when the disk is full, and keeps neither this file nor those before it', async () => {
    let puts = 0
    await using server = await uploadServer({
      rules,
      files: (disk: Files): Files => {
        const full = createDiskStore({
          root: join(tmpdir(), 'minato-full'),
          clock: Date.now,
          openTemporary: () => open('/dev/full', 'w'),
        })
        const put: Files['put'] = async (key, source, options) => {
          puts += 1
          return puts === 1
            ? await disk.put(key, source, options)
            : await full.put(key, source, options)
        }
        return { ...disk, put }
      },
    })
    const answer = await server.post(formOf({ 'a.txt': 'first', 'b.txt': 'second' }))
    assert.deepEqual([answer.status, answer.body['code']], [507, 'FILES_STORAGE_FULL'])
    assert.match(String(answer.body['detail']), /not stored/)
    assert.deepEqual(await server.everyFile(), [])
  })
})

describe('virus scanner', () => {
  const EICAR = 'X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'

  /** Speaks clamd's INSTREAM well enough to tell a protocol error from a verdict. */
  async function clamd(verdict: (content: Buffer) => string | undefined) {
    const seen: Buffer[] = []
    const server = createServer((socket: Socket) => {
      let input = Buffer.alloc(0)
      socket.on('error', () => undefined)
      socket.on('data', (chunk) => {
        input = Buffer.concat([input, chunk])
        const content = contentOf(input)
        if (content === undefined) return
        seen.push(content)
        const answer = verdict(content)
        if (answer === undefined) socket.destroy()
        else socket.end(answer)
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    return {
      seen,
      clamdUrl: `tcp://127.0.0.1:${port}`,
      [Symbol.asyncDispose]: async () => {
        await new Promise((resolve) => server.close(resolve))
      },
    }
  }

  function contentOf(input: Buffer): Buffer | undefined {
    const command = 'zINSTREAM\0'
    assert.equal(
      input.toString('latin1', 0, Math.min(command.length, input.length)),
      command.slice(0, input.length),
    )
    const parts: Buffer[] = []
    let at = command.length
    while (at + 4 <= input.length) {
      const length = input.readUInt32BE(at)
      if (length === 0) return Buffer.concat(parts)
      if (at + 4 + length > input.length) return undefined
      parts.push(input.subarray(at + 4, at + 4 + length))
      at += 4 + length
    }
    return undefined
  }

  const direct = async ({ host, port }: { host: string; port: number }) => {
    const socket = connect(port, host)
    await once(socket, 'connect')
    return socket
  }

  it('sees every byte and lets clean files in', async () => {
    await using scanner = await clamd(() => 'stream: OK\0')
    await using server = await uploadServer({ rules, clamdUrl: scanner.clamdUrl, connect: direct })
    const pdf = Buffer.concat([pdfOf(), Buffer.alloc(2000, '\n'), Buffer.from('%%EOF')])
    assert.equal((await server.post(formOf({ 'a.pdf': pdf, 'b.txt': 'b' }))).status, 200)
    assert.deepEqual(scanner.seen[0], pdf)
    assert.equal(scanner.seen.length, 2)
  })

  it('refuses what it finds, by name', async () => {
    await using scanner = await clamd((content) =>
      content.includes('EICAR') ? 'stream: Eicar-Signature FOUND\0' : 'stream: OK\0',
    )
    await using server = await uploadServer({ rules, clamdUrl: scanner.clamdUrl, connect: direct })
    const answer = await server.post(formOf({ 'ok.txt': 'ok', 'evil.txt': EICAR }))
    assert.deepEqual([answer.status, answer.body['code']], [422, 'UPLOAD_INFECTED'])
    assert.match(String(answer.body['detail']), /Eicar-Signature.*evil\.txt/)
    assert.deepEqual(await server.everyFile(), [])
  })

  for (const [what, answer] of [
    ['reports an error', 'INSTREAM size limit exceeded. ERROR\0'],
    ['hangs up', undefined],
    ['says something else', 'stream: MAYBE\0'],
  ] as const) {
    it(`lets nothing in when the scanner ${what}`, async () => {
      await using scanner = await clamd(() => answer)
      await using server = await uploadServer({
        rules,
        clamdUrl: scanner.clamdUrl,
        connect: direct,
      })
      const refused = await server.post(formOf({ 'a.txt': 'a' }))
      assert.deepEqual([refused.status, refused.body['code']], [503, 'UPLOAD_SCAN_UNAVAILABLE'])
      assert.deepEqual(await server.everyFile(), [])
    })
  }

  it('lets nothing in when the scanner is away', async () => {
    const connectTo = () => Promise.reject(new Error('ECONNREFUSED'))
    await using server = await uploadServer({
      rules,
      clamdUrl: 'tcp://127.0.0.1:1',
      connect: connectTo,
    })
    assert.equal((await server.post(formOf({ 'a.txt': 'a' }))).status, 503)
  })
})
