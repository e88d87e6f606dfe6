import { type Connect, scan } from './clamd.ts'
import { type Content, contentOf, wholeOf } from './content.ts'
import { type Detected, DOCX, detect } from './detect.ts'
import { uploadsErrors } from './errors.ts'
import { cleanImage, isCleanable } from './image.ts'
import { checkPdf } from './pdf.ts'
import { readableSize } from './readable-size.ts'
import type { TextEncoding } from './text.ts'
import { typeName } from './type-name.ts'

export type InspectDeps = {
  config: { clamdUrl: string | undefined; maxPixels: number }
  connect: Connect
}

export type Inspected = {
  content: Content
  contentType: string
  encoding?: TextEncoding
  width?: number
  height?: number
}

/** What a document may unpack to; a reader holds it in memory. */
const MAX_EXPANDED_BYTES = 200 * 1024 * 1024

/** Decides whether content may come in, and as what; images come back drawn anew. */
export async function inspect(
  deps: InspectDeps,
  content: Content,
  file: { name: string; accept: readonly string[] },
): Promise<Inspected> {
  const detected = await detect(content, file.name)
  const contentType = acceptedType(detected, file)
  await checkDocument(content, contentType, detected, file.name)
  const { clamdUrl } = deps.config
  if (clamdUrl !== undefined) await scan(content, file.name, { clamdUrl, connect: deps.connect })
  if (contentType.startsWith('image/')) {
    const { maxPixels } = deps.config
    const options = { name: file.name, maxPixels }
    const image = await cleanImage(await wholeOf(content), contentType, options)
    return { ...image, content: contentOf(image.bytes), contentType }
  }
  const { encoding } = detected
  return { content, contentType, ...(encoding === undefined ? {} : { encoding }) }
}

/** @throws UPLOAD_TYPE_REFUSED; UPLOAD_ENCRYPTED for a protected document where documents are welcome */
function acceptedType(
  detected: Detected,
  { name, accept }: { name: string; accept: readonly string[] },
): string {
  if (detected.encrypted && accept.includes(DOCX)) throw uploadsErrors.UPLOAD_ENCRYPTED({ name })
  const { contentType, encoding } = detected
  const image = contentType.startsWith('image/')
  if (accept.includes(contentType) && (!image || isCleanable(contentType))) return contentType
  // Markdown, CSV and JSON are plain text to whoever takes plain text only.
  const plain = encoding !== undefined && /^text\/(?!html)|json$/.test(contentType)
  if (plain && accept.includes('text/plain')) return 'text/plain'
  const accepted = accept.map(typeName).join(', ')
  throw uploadsErrors.UPLOAD_TYPE_REFUSED({ name, found: typeName(contentType), accepted })
}

async function checkDocument(
  content: Content,
  contentType: string,
  detected: Detected,
  name: string,
): Promise<void> {
  if ((detected.expandedBytes ?? 0) > MAX_EXPANDED_BYTES) {
    const limit = readableSize(MAX_EXPANDED_BYTES)
    throw uploadsErrors.UPLOAD_EXPANDS_TOO_MUCH({ name, limit })
  }
  if (contentType !== 'application/pdf') return
  const verdict = await checkPdf(content)
  if (verdict === 'cut') throw uploadsErrors.UPLOAD_DAMAGED({ name, reason: '%%EOF' })
  if (verdict === 'encrypted') throw uploadsErrors.UPLOAD_ENCRYPTED({ name })
}
