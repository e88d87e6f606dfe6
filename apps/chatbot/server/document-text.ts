import type { Accepted } from '@minato/platform/uploads'
import { chatbotErrors } from './errors.ts'
import { extractText } from './extract-text.ts'

export type DocumentText = { text: string | null; pages: number | null }

/** More text than any model is given; the rest of a document is left out and that is said in it. */
const MAX_CHARS = 400_000

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

/**
 * The text of an uploaded document with a mark before each page (`[page 3]`), so that an answer can
 * name it. Null for pictures; empty for a document without text, such as a scan.
 * @throws {MinatoError} CHATBOT_FILE_UNREADABLE
 */
export async function documentText(file: Accepted, content: Buffer): Promise<DocumentText> {
  if (file.contentType.startsWith('image/')) return { text: null, pages: null }
  if (file.contentType === 'application/pdf') return await pdfText(file, content)
  if (file.contentType === DOCX) return { text: cut(await docxText(file, content)), pages: null }
  return { text: cut(new TextDecoder(file.encoding ?? 'utf-8').decode(content)), pages: null }
}

async function pdfText(file: Accepted, content: Buffer): Promise<DocumentText> {
  const pages = await extractText('pdf', content).catch((cause: unknown) => {
    throw chatbotErrors.CHATBOT_FILE_UNREADABLE({ name: file.name, kind: 'PDF' }, { cause })
  })
  const marked = pages
    .map((page, index) => ({ page: page.trim(), number: index + 1 }))
    .filter(({ page }) => page !== '')
    .map(({ page, number }) => `[page ${number}]\n${page}`)
  return { text: cut(marked.join('\n\n')), pages: pages.length }
}

async function docxText(file: Accepted, content: Buffer): Promise<string> {
  const [text = ''] = await extractText('docx', content).catch((cause: unknown) => {
    throw chatbotErrors.CHATBOT_FILE_UNREADABLE({ name: file.name, kind: 'DOCX' }, { cause })
  })
  return text.trim()
}

function cut(text: string): string {
  // PostgreSQL's text has no NUL.
  const clean = text.replaceAll('\0', '')
  if (clean.length <= MAX_CHARS) return clean
  return `${clean.slice(0, MAX_CHARS)}\n[the rest of this file was left out: ${clean.length - MAX_CHARS} characters]`
}
