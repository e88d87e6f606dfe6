import { type Content, wholeOf } from './content.ts'

/** Programs append bytes after the end mark; readers look this far back for it. */
const TAIL_BYTES = 4096

export type PdfVerdict = 'whole' | 'cut' | 'encrypted'

/**
 * Looks at a PDF's frame: an end mark, and no password between us and the text. A document that only restricts printing
 * or copying opens with the empty password and is accepted.
 */
export async function checkPdf(content: Content): Promise<PdfVerdict> {
  const tail = await content.read(Math.max(0, content.size - TAIL_BYTES), TAIL_BYTES)
  if (!tail.includes('%%EOF')) return 'cut'
  const bytes = await wholeOf(content)
  return mentionsEncryption(bytes) && (await needsPassword(bytes)) ? 'encrypted' : 'whole'
}

/** `/Encrypt` stands in the trailer or in the (never compressed) dictionary of a cross-reference stream. */
function mentionsEncryption(bytes: Buffer): boolean {
  return bytes.includes('/Encrypt')
}

/** Loaded only for the few documents that mention encryption: the parser costs tens of MB. */
async function needsPassword(bytes: Buffer): Promise<boolean> {
  const { getDocumentProxy } = await import('unpdf')
  try {
    // The parser takes the buffer away from its caller: it gets a copy.
    const document = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 })
    await document.loadingTask.destroy()
    return false
  } catch (error) {
    return error instanceof Error && error.name === 'PasswordException'
  }
}
