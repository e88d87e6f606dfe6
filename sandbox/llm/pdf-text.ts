import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const cache = new Map<string, Promise<string[] | null>>()
const CACHED_FILES = 16

/**
 * The text of each page, or null when the bytes cannot be read. Conversations send the same file
 * with every turn, so the last few are remembered by their hash.
 */
export function readPdfPages(bytes: Buffer): Promise<string[] | null> {
  const key = createHash('sha256').update(bytes).digest('hex')
  const known = cache.get(key)
  if (known) return known
  const pages = extract(bytes)
  cache.set(key, pages)
  const oldest = cache.keys().next().value
  if (cache.size > CACHED_FILES && oldest !== undefined) cache.delete(oldest)
  return pages
}

async function extract(bytes: Buffer): Promise<string[] | null> {
  // Loaded on first use: PDF.js costs some 40 MB which a mail-only sandbox need not pay.
  const { extractText, getDocumentProxy } = await import('unpdf')
  try {
    // Japanese CID fonts need the character maps, which ship with pdfjs-dist.
    const root = dirname(fileURLToPath(import.meta.resolve('pdfjs-dist/package.json')))
    const pdf = await getDocumentProxy(new Uint8Array(bytes), {
      cMapUrl: `${join(root, 'cmaps')}/`,
      cMapPacked: true,
      verbosity: 0,
      standardFontDataUrl: `${join(root, 'standard_fonts')}/`,
    })
    const { text } = await extractText(pdf, { mergePages: false })
    return text
  } catch {
    // A broken or encrypted PDF is described by name and size; the answer says it is unreadable.
    return null
  }
}
