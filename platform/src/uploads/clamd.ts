import type { Socket } from 'node:net'
import type { Content } from './content.ts'
import { uploadsErrors } from './errors.ts'

/** Opens a TCP connection to a configured host through `outbound`. */
export type Connect = (target: { host: string; port: number }) => Promise<Socket>

const CHUNK_BYTES = 64 * 1024
const ANSWER_TIMEOUT_MS = 60_000
const MAX_ANSWER_BYTES = 4096

/**
 * Sends content to clamd (INSTREAM, clamd(8)) and refuses it unless the scanner says OK. A scanner that is away, slow or
 * out of its depth refuses too: an unscanned file is not a clean one.
 *
 * @throws UPLOAD_INFECTED, UPLOAD_SCAN_UNAVAILABLE
 */
export async function scan(
  content: Content,
  name: string,
  { clamdUrl, connect }: { clamdUrl: string; connect: Connect },
): Promise<void> {
  const answer = await ask(content, clamdUrl, connect)
  if (/^stream: OK$/.test(answer)) return
  const signature = /^stream: (.{1,200}) FOUND$/.exec(answer)?.[1]
  if (signature !== undefined) throw uploadsErrors.UPLOAD_INFECTED({ name, signature })
  throw uploadsErrors.UPLOAD_SCAN_UNAVAILABLE({}, { cause: new Error(`clamd answered: ${answer}`) })
}

async function ask(content: Content, clamdUrl: string, connect: Connect): Promise<string> {
  const { hostname, port } = new URL(clamdUrl)
  let socket: Socket | undefined
  try {
    socket = await connect({ host: hostname, port: Number(port || 3310) })
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket?.destroy(new Error('clamd timed out')))
    const answer = readAnswer(socket)
    // A scanner that refuses half way answers and hangs up while we still write: its answer is what counts.
    await Promise.race([answer, sendContent(socket, content)])
    return await answer
  } catch (error) {
    throw uploadsErrors.UPLOAD_SCAN_UNAVAILABLE({}, { cause: error })
  } finally {
    socket?.destroy()
  }
}

async function sendContent(socket: Socket, content: Content): Promise<void> {
  await write(socket, Buffer.from('zINSTREAM\0'))
  for (let at = 0; at < content.size; at += CHUNK_BYTES) {
    const chunk = await content.read(at, CHUNK_BYTES)
    await write(socket, Buffer.concat([lengthOf(chunk.length), chunk]))
  }
  await write(socket, lengthOf(0))
}

function lengthOf(bytes: number): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes)
  return length
}

function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()))
  })
}

async function readAnswer(socket: Socket): Promise<string> {
  let answer = ''
  for await (const chunk of socket) {
    answer += String(chunk)
    if (answer.includes('\0') || answer.length > MAX_ANSWER_BYTES) break
  }
  const end = answer.indexOf('\0')
  if (end === -1) throw new Error('clamd hung up without an answer')
  return answer.slice(0, end).trim()
}
