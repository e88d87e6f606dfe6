import type { FileHandle } from 'node:fs/promises'
import { z } from 'zod'

/**
 * One object is one file: content, then a JSON description, its length (uint32) and a mark. So content and description
 * appear together by a single rename, and a reader who holds the old file open keeps a whole one.
 */
const MARK = Buffer.from('MINATO1\n')
const TAIL_BYTES = 4 + MARK.length
const MAX_DESCRIPTION_BYTES = 64 * 1024

const descriptionSchema = z.object({
  key: z.string(),
  size: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  contentType: z.string(),
  metadata: z.record(z.string(), z.string()),
  modifiedAt: z.iso.datetime(),
})

export type Description = z.infer<typeof descriptionSchema>

/** The bytes that follow the content. */
export function encodeDescription(description: Description): Buffer {
  const json = Buffer.from(JSON.stringify(description))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(json.length)
  return Buffer.concat([json, length, MARK])
}

/** Reads the description from the end of a stored file; undefined when the file is not whole. */
export async function readDescription(handle: FileHandle): Promise<Description | undefined> {
  const { size } = await handle.stat()
  if (size < TAIL_BYTES) return undefined
  const tail = Buffer.alloc(TAIL_BYTES)
  await handle.read(tail, 0, TAIL_BYTES, size - TAIL_BYTES)
  const length = tail.readUInt32BE(0)
  if (!tail.subarray(4).equals(MARK) || length > MAX_DESCRIPTION_BYTES) return undefined
  const start = size - TAIL_BYTES - length
  if (start < 0) return undefined
  const json = Buffer.alloc(length)
  await handle.read(json, 0, length, start)
  const parsed = descriptionSchema.safeParse(parseJson(json.toString('utf8')))
  return parsed.success && parsed.data.size === start ? parsed.data : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
