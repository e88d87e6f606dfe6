import type { ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'
import type { Behaviour } from './behaviour.ts'
import type { ChunkPlan } from './chunks.ts'
import type { TimerWheel } from './timer-wheel.ts'

export type StreamEnd = { outcome: 'completed' | 'failed' | 'aborted'; chunks: number }

const BATCH_CHUNKS = 64
const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
}
const STREAM_ERROR =
  'data: {"error":{"message":"The server had an error while processing your request.","type":"server_error","param":null,"code":null}}\n\n'

/**
 * Writes the chunks at the asked pace. Chunks that fell due together go out in one write; a caller
 * that reads slowly is waited for; a caller that hangs up ends the stream.
 */
export function sendStream(
  response: ServerResponse,
  plan: ChunkPlan,
  behaviour: Behaviour,
  wheel: TimerWheel,
): Promise<StreamEnd> {
  const { promise, resolve } = Promise.withResolvers<StreamEnd>()
  const chunks = plan.paced[Symbol.iterator]()
  const intervalMs = behaviour.tokensPerSecond > 0 ? 1000 / behaviour.tokensPerSecond : 0
  const breakAfter =
    behaviour.cutAfterChunks ?? behaviour.errorAfterChunks ?? Number.POSITIVE_INFINITY
  let sent = 0
  let startedAt = 0
  let over = false
  let cancel = () => {}

  function end(outcome: StreamEnd['outcome']): void {
    over = true
    cancel()
    response.off('close', hungUp)
    resolve({ outcome, chunks: sent })
  }
  const hungUp = () => end('aborted')

  function breakOff(pending: string): void {
    if (behaviour.cutAfterChunks !== null) {
      // The bytes so far must arrive before the reset, else nothing was cut: it never began.
      response.write(pending, () => response.destroy())
    } else response.end(pending + STREAM_ERROR)
    end('failed')
  }

  function emit(): void {
    if (over) return
    const due =
      intervalMs > 0
        ? Math.floor((performance.now() - startedAt) / intervalMs) + 1
        : sent + BATCH_CHUNKS
    let pending = sent === 0 ? plan.opening : ''
    while (sent < due && sent < breakAfter) {
      const next = chunks.next()
      if (next.done) {
        response.end(pending + plan.closing)
        end('completed')
        return
      }
      pending += next.value
      sent++
    }
    if (sent >= breakAfter) breakOff(pending)
    else if (response.write(pending)) schedule()
    else response.once('drain', schedule)
  }

  function schedule(): void {
    if (intervalMs === 0) setImmediate(emit)
    else cancel = wheel.after(startedAt + sent * intervalMs - performance.now(), emit)
  }

  function begin(): void {
    startedAt = performance.now()
    response.writeHead(200, HEADERS)
    emit()
  }

  response.on('close', hungUp)
  if (behaviour.firstTokenMs > 0) cancel = wheel.after(behaviour.firstTokenMs, begin)
  else begin()
  return promise
}
