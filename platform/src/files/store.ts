import type { Readable } from 'node:stream'
import type { LinkOptions } from './signed-link.ts'

/** Inclusive byte positions, as in an HTTP Range. Without `end`: up to the last byte. */
export type ByteRange = { start: number; end?: number }

export type StoredFile = {
  key: string
  /** Bytes. */
  size: number
  /** Lower-case hex of the content. */
  sha256: string
  contentType: string
  metadata: Record<string, string>
  modifiedAt: Date
}

export type ReadFile = StoredFile & {
  /** The bytes, or the asked range of them. A full read fails at its end when the content does not match `sha256`. */
  stream: Readable
  range: { start: number; end: number } | undefined
}

export type PutOptions = {
  contentType: string
  /** More bytes than this are refused with FILES_TOO_LARGE and nothing is stored. */
  maxBytes?: number
  metadata?: Record<string, string>
}

export type ListedFile = { key: string; size: number; modifiedAt: Date }
export type FileList = { items: ListedFile[]; nextCursor: string | null }

/** What a back end must do. Keys are checked by the door in front of it. */
export type FileStore = {
  kind: 'disk' | 's3'
  put(key: string, source: Uint8Array | Readable, options: PutOptions): Promise<StoredFile>
  get(key: string, range?: ByteRange): Promise<ReadFile>
  stat(key: string): Promise<StoredFile | undefined>
  list(prefix: string, cursor: string | null, limit: number): Promise<FileList>
  delete(key: string): Promise<void>
  copy(from: string, to: string): Promise<StoredFile>
  /** A link that the store itself serves; without it the platform's own signed route does. */
  presign?(key: string, options: LinkOptions): Promise<string | undefined>
  /** Removes what an interrupted put left behind, older than `before`. */
  sweepLeftovers(before: Date): Promise<number>
  /** Resolves when the store can be written and read. */
  probe(): Promise<void>
}
