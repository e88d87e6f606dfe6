import { parentPort } from 'node:worker_threads'

export type Order = { kind: 'pdf' | 'docx'; content: Uint8Array<ArrayBuffer> }
export type Outcome = { pages: string[] } | { failure: string }

// The extractors compute for seconds on a large document: here nobody else waits for them.
parentPort?.on('message', (order: Order) => {
  extract(order).then(
    (pages) => parentPort?.postMessage({ pages } satisfies Outcome),
    (error: unknown) => parentPort?.postMessage({ failure: String(error) } satisfies Outcome),
  )
})

async function extract({ kind, content }: Order): Promise<string[]> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  if (kind === 'pdf') {
    const { readPdf } = await import('./pdf-text.ts')
    return await readPdf(bytes)
  }
  const { default: mammoth } = await import('mammoth')
  const { value } = await mammoth.extractRawText({ buffer: bytes })
  return [value]
}
