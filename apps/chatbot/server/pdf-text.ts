import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { extractText, getDocumentProxy } from 'unpdf'

// Japanese CID fonts map their codes through these tables.
const CMAPS = `${join(dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json')), 'cmaps')}/`

/** The text of each page of a PDF. */
export async function readPdf(content: Buffer): Promise<string[]> {
  const document = await getDocumentProxy(new Uint8Array(content), {
    cMapUrl: CMAPS,
    cMapPacked: true,
    useSystemFonts: false,
  })
  try {
    const { text } = await extractText(document, { mergePages: false })
    return text
  } finally {
    await document.loadingTask.destroy()
  }
}
