import { randomUUID } from 'node:crypto'
import type { Files } from '../files/index.ts'
import type { Inspected } from './inspect.ts'
import type { TextEncoding } from './text.ts'

/** One received file. It is stored below `quarantine/` until `accept()`, and swept from there after a day. */
export type Accepted = {
  id: string
  /** Form field that carried it. */
  field: string
  /** Safe to show, store and send. */
  name: string
  /** As the client sent it: never show it without care. */
  originalName: string
  /** By content. */
  contentType: string
  /** Bytes as stored; an image's differ from what was sent. */
  size: number
  sha256: string
  encoding?: TextEncoding
  width?: number
  height?: number
  /** Where it is now: `quarantine/<id>`, after `accept()` `uploads/<id>`. */
  readonly key: string
  accept(): Promise<void>
  /** Deletes it, accepted or not: for a request that fails later on. */
  discard(): Promise<void>
}

type Incoming = { field: string; name: string; originalName: string; inspected: Inspected }

export async function quarantine(files: Files, incoming: Incoming): Promise<Accepted> {
  const id = randomUUID()
  const { content, contentType, encoding, width, height } = incoming.inspected
  const from = `quarantine/${id}`
  const to = `uploads/${id}`
  let key = from
  const stored = await files.put(from, content.stream(), {
    contentType,
    metadata: { name: incoming.name },
  })
  return {
    id,
    field: incoming.field,
    name: incoming.name,
    originalName: incoming.originalName,
    contentType,
    size: stored.size,
    sha256: stored.sha256,
    ...(encoding === undefined ? {} : { encoding }),
    ...(width === undefined || height === undefined ? {} : { width, height }),
    get key() {
      return key
    },
    async accept() {
      if (key === to) return
      await files.copy(from, to)
      key = to
      await files.delete(from)
    },
    async discard() {
      await files.delete(from)
      await files.delete(to)
    },
  }
}
