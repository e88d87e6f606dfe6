import { isObject, type Result } from './json-rpc.ts'

const MARK = 'minato/truncated'

/**
 * Cuts a result down to `maxBytes` of text and data. Text is cut between characters; what is not text
 * goes as a whole, for half a picture is none. `_meta` says that something is missing.
 */
export function capResult(result: Result, maxBytes: number): Result {
  const field = ['content', 'contents', 'messages'].find((name) => Array.isArray(result[name]))
  let left = maxBytes
  const kept: unknown[] = []
  for (const item of field === undefined ? [] : (result[field] as unknown[])) {
    const size = Buffer.byteLength(JSON.stringify(item))
    if (size <= left) kept.push(item)
    else {
      const cut = cutItem(item, left)
      if (cut !== undefined) kept.push(cut)
      left = 0
      break
    }
    left -= size
  }
  const { structuredContent, ...rest } = result
  const meta = isObject(result['_meta']) ? result['_meta'] : {}
  const capped: Result = { ...rest, _meta: { ...meta, [MARK]: true } }
  if (field !== undefined) capped[field] = kept
  // A tool with an output schema must give structured content or an error; half of it is neither.
  if (structuredContent !== undefined) return { ...capped, isError: true }
  return capped
}

/** Members around the text of an item, and the escapes of JSON, need some room. */
const ROOM_BYTES = 256

function cutItem(item: unknown, maxBytes: number): unknown {
  if (!isObject(item) || maxBytes <= ROOM_BYTES) return undefined
  if (typeof item['text'] === 'string') {
    return { ...item, text: cutText(item['text'], maxBytes - ROOM_BYTES) }
  }
  if (isObject(item['resource'])) {
    const resource = cutItem(item['resource'], maxBytes)
    return resource === undefined ? undefined : { ...item, resource }
  }
  return undefined
}

/**
 * The longest beginning of `text` whose UTF-8 has at most `maxBytes` bytes and ends between
 * characters.
 */
export function cutText(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= maxBytes) return text
  let end = maxBytes
  // 10xxxxxx is inside a character (RFC 3629).
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return bytes.toString('utf8', 0, end)
}
