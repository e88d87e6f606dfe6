import type { Content } from './content.ts'
import { textTypeOf } from './extension.ts'
import { markupTypeOf, type TextEncoding, textEncodingOf } from './text.ts'
import { zipDirectory } from './zip-directory.ts'

export const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const UNKNOWN = 'application/octet-stream'
const HEAD_BYTES = 64 * 1024

export type Detected = {
  contentType: string
  /** Set for text. */
  encoding?: TextEncoding
  /** The container says that its content needs a password. */
  encrypted?: true
  /** Bytes that an archive claims to hold when expanded. */
  expandedBytes?: number
}

/** What a file is, by its content. Its name chooses only among kinds of plain text. */
export async function detect(content: Content, name: string): Promise<Detected> {
  const head = await content.read(0, HEAD_BYTES)
  const start = head.toString('latin1', 0, 8)
  if (start.startsWith('%PDF-')) return { contentType: 'application/pdf' }
  if (start.startsWith('PK\x03\x04')) return detectZip(content)
  if (start === '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1') return detectCompound(content)
  const encoding = await textEncodingOf(content)
  if (encoding !== undefined) {
    const markup = markupTypeOf(new TextDecoder(encoding).decode(head))
    return { contentType: markup ?? textTypeOf(name), encoding }
  }
  // Only now: its shortest marks ("BM", "MZ") are also how ordinary text may begin.
  const { fileTypeFromBuffer } = await import('file-type')
  const found = await fileTypeFromBuffer(head).catch(() => undefined)
  return { contentType: found?.mime ?? UNKNOWN }
}

async function detectZip(content: Content): Promise<Detected> {
  const entries = await zipDirectory(content)
  if (entries === undefined) return { contentType: 'application/zip' }
  const names = new Set(entries.map((entry) => entry.name))
  const document = names.has('[Content_Types].xml') && names.has('word/document.xml')
  // Macros make it another type (docm), which nobody asked for.
  const macros = names.has('word/vbaProject.bin')
  return {
    contentType: document && !macros ? DOCX : 'application/zip',
    expandedBytes: entries.reduce((sum, entry) => sum + entry.expandedBytes, 0),
    ...(entries.some((entry) => entry.encrypted) ? { encrypted: true as const } : {}),
  }
}

/** OLE compound file: the old Office formats, and the wrapping of new ones under a password (MS-OFFCRYPTO §2.3). */
async function detectCompound(content: Content): Promise<Detected> {
  const wrapped = Buffer.from('EncryptedPackage', 'utf16le')
  for await (const chunk of content.stream()) {
    if (chunk.includes(wrapped)) return { contentType: 'application/x-cfb', encrypted: true }
  }
  return { contentType: 'application/x-cfb' }
}
