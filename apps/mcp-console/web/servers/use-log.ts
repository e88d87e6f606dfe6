import { eventStream } from '@minato/web/event-stream'
import { useEffect, useState } from 'react'

type LogLine = { stream: 'stdout' | 'stderr'; at: string; text: string }
export type ShownLine = LogLine & { key: number }

/** More than this is what the download is for. */
const KEPT = 2000
const DRAW_MS = 100
const COME_BACK_MS = 2000
const TRIES = 3

/** The lines as they come; a cut connection and a server that starts again go on where it stopped. */
export function useLog(id: string, streams: string) {
  const [lines, setLines] = useState<ShownLine[]>([])
  const [ended, setEnded] = useState(false)
  const [error, setError] = useState<unknown>()
  const [round, setRound] = useState(0)
  useEffect(() => {
    const leaving = new AbortController()
    let waiting: ShownLine[] = []
    // A thousand lines a second are drawn ten times a second.
    const drawing = setInterval(() => {
      if (waiting.length === 0) return
      const more = waiting
      waiting = []
      setEnded(false)
      setLines((old) => [...old, ...more].slice(-KEPT))
    }, DRAW_MS)
    setLines([])
    setEnded(false)
    setError(undefined)
    const onLine = (line: ShownLine) => void waiting.push(line)
    follow({ id, streams, signal: leaving.signal, onLine, onEnd: () => setEnded(true) }).catch(
      (cause) => leaving.signal.aborted || setError(cause),
    )
    return () => {
      leaving.abort()
      clearInterval(drawing)
    }
  }, [id, streams, round])
  return { lines, ended, error, again: () => setRound((n) => n + 1) }
}

type Following = {
  id: string
  streams: string
  signal: AbortSignal
  onLine: (line: ShownLine) => void
  onEnd: () => void
}

/** @throws what kept the log from being read several times in a row */
async function follow({ id, streams, signal, onLine, onEnd }: Following): Promise<void> {
  const path = `/api/mcp-console/containers/${id}/logs`
  let last: string | undefined
  let count = 0
  let failures = 0
  while (!signal.aborted) {
    try {
      const headers = last === undefined ? {} : { 'last-event-id': last }
      const options = { query: { streams }, headers, signal }
      for await (const { id: at, event, data } of eventStream<LogLine>(path, options)) {
        if (event === 'end') onEnd()
        if (event !== 'line') continue
        failures = 0
        last = at
        count += 1
        onLine({ ...data, key: count })
      }
      failures = 0
    } catch (cause) {
      failures += 1
      if (failures > TRIES) throw cause
    }
    await new Promise((resolve) => setTimeout(resolve, COME_BACK_MS))
  }
}
