import { OutboundError, toOutboundError } from './errors.ts'

type BodyLimits = {
  host: string
  maxBytes: number
  /** The caller's abort reason or our deadline, whichever came; what a broken read is blamed on. */
  signal: AbortSignal
  /** Called once when the body has ended, failed or been given up. */
  done: (error?: unknown) => void
}

/**
 * Passes a response body on and cuts it with an error past `maxBytes` (counted after decompression,
 * so that a small archive cannot become a large answer: CWE-409). Errors speak our codes.
 */
export function limitBody(
  source: ReadableStream<Uint8Array>,
  { host, maxBytes, signal, done }: BodyLimits,
): ReadableStream<Uint8Array> {
  const reader = source.getReader()
  let seen = 0
  const fail = (error: unknown): never => {
    const named = signal.aborted ? signal.reason : toOutboundError(error, host)
    done(named)
    throw named
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done: ended } = await reader.read().catch(fail)
        if (ended || value === undefined) {
          controller.close()
          done()
          return
        }
        seen += value.byteLength
        if (seen > maxBytes) {
          const tooLarge = new OutboundError('OUTBOUND_RESPONSE_TOO_LARGE', host, {
            params: { maxBytes },
          })
          // The upstream is dropped, not drained; its own complaint about that is of no interest.
          reader.cancel(tooLarge).catch(() => {})
          fail(tooLarge)
        }
        controller.enqueue(value)
      },
      async cancel(reason) {
        done()
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

/** A body that can be sent twice: anything but a stream. */
export function isRepeatable(body: unknown): boolean {
  return (
    body === null ||
    body === undefined ||
    typeof body === 'string' ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body) ||
    body instanceof URLSearchParams ||
    body instanceof FormData ||
    body instanceof Blob
  )
}
