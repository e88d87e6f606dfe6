import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Order, Outcome } from './extract-worker.ts'

/** A document that takes longer is refused: it is built to keep a server busy, or broken. */
const LONGEST_MS = 60_000
/** Extracted text is cut to far less; this bounds what a hostile document may allocate. */
const HEAP_MB = 512

let last: Promise<unknown> = Promise.resolve()

/**
 * The text of a document, by page, extracted in a thread of its own: the event loop stays free for
 * everybody's streams. One document at a time; others wait in line.
 * @throws {Error} for a document that cannot be read, is too slow or needs too much memory.
 */
export function extractText(kind: Order['kind'], content: Buffer): Promise<string[]> {
  const turn = last.then(() => extractInThread(kind, content))
  last = turn.catch(() => undefined)
  return turn
}

async function extractInThread(kind: Order['kind'], content: Buffer): Promise<string[]> {
  const worker = new Worker(new URL('./extract-worker.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    // What the libraries say about a document (missing fonts) is no business of our log.
    stdout: true,
    stderr: true,
  })
  try {
    // Copied: the pool that Buffers share must not be moved to another thread.
    const order: Order = { kind, content: new Uint8Array(content) }
    worker.postMessage(order, [order.content.buffer])
    const [outcome]: [Outcome] = (await once(worker, 'message', {
      signal: AbortSignal.timeout(LONGEST_MS),
    })) as [Outcome]
    if ('failure' in outcome) throw new Error(outcome.failure)
    return outcome.pages
  } finally {
    void worker.terminate()
  }
}
