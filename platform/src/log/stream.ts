import { once } from 'node:events'
import { createLineSanitizer } from './line-sanitizer.ts'
import { decodeLossless, encodeLossless } from './lossless-utf8.ts'

/** A line longer than this is sanitized in pieces, so that memory stays bounded. */
const MAX_LINE_BYTES = 4 * 1024 * 1024

/**
 * Copies `input` to `output` line by line with the secrets masked. Line ends, a missing last one and bytes that are not
 * UTF-8 stay as they are.
 *
 * @returns the exit code: 0, also when the reader of the output went away
 */
export async function sanitizeStream(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<number> {
  const lines = createLineSanitizer()
  let closed = false
  const onError = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error
    closed = true
  }
  output.on('error', onError)
  const write = async (bytes: Buffer) => {
    if (closed || bytes.length === 0) return
    if (!output.write(bytes) && !closed)
      await Promise.race([once(output, 'drain'), once(output, 'close')]).catch(() => {})
  }
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of input) {
    if (closed) break
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk as string)
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    const end = completeEnd(rest)
    if (end === 0) continue
    await write(encodeLossless(lines(decodeLossless(rest.subarray(0, end)))))
    rest = rest.subarray(end)
  }
  await write(encodeLossless(lines(decodeLossless(rest))))
  output.off('error', onError)
  return 0
}

/** The end of the last whole line, or for a line without an end a place to cut it. */
function completeEnd(bytes: Buffer): number {
  const newline = bytes.lastIndexOf(10)
  if (newline !== -1) return newline + 1
  if (bytes.length < MAX_LINE_BYTES) return 0
  const blank = Math.max(bytes.lastIndexOf(32), bytes.lastIndexOf(44))
  return blank > bytes.length - 65_536 ? blank + 1 : bytes.length
}
