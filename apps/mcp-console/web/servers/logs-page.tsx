import { Button, Checkbox, SegmentedControl, TextInput } from '@mantine/core'
import { EmptyState } from '@minato/web/empty-state'
import { ErrorState } from '@minato/web/error-state'
import { eventStream } from '@minato/web/event-stream'
import { useMessages } from '@minato/web/messages'
import { IconFileText } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { ServerFrame } from './server-frame.tsx'
import classes from './servers.module.css'

type Line = { stream: 'stdout' | 'stderr'; at: string; text: string }
type Shown = Line & { key: number }

/** More than this is what the download is for. */
const KEPT = 2000
const DRAW_MS = 100
const COME_BACK_MS = 2000

export function LogsPage() {
  return <ServerFrame>{({ id }) => <Logs id={id} />}</ServerFrame>
}

function Logs({ id }: { id: string }) {
  const t = useMessages('mcp-console')
  const [streams, setStreams] = useState('both')
  const [search, setSearch] = useState('')
  const [follow, setFollow] = useState(true)
  const log = useLog(id, streams)
  const wanted = search.toLowerCase()
  const shown = log.lines.filter(({ text }) => text.toLowerCase().includes(wanted))
  return (
    <>
      <div className={classes.logTools}>
        <SegmentedControl
          aria-label={t('servers.log.stream')}
          value={streams}
          onChange={setStreams}
          data={[
            { value: 'both', label: t('servers.log.all') },
            { value: 'stdout', label: t('servers.log.stdout') },
            { value: 'stderr', label: t('servers.log.stderr') },
          ]}
        />
        <TextInput
          type="search"
          label={t('servers.log.search')}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <Checkbox
          label={t('servers.log.follow')}
          checked={follow}
          onChange={(event) => setFollow(event.currentTarget.checked)}
        />
        <Button
          component="a"
          href={`/api/mcp-console/containers/${id}/logs?download=true`}
          download
        >
          {t('servers.log.download')}
        </Button>
      </div>
      {log.error !== undefined ? (
        <ErrorState error={log.error} onRetry={log.again} />
      ) : log.lines.length === 0 ? (
        <EmptyState
          icon={IconFileText}
          title={t('servers.log.empty')}
          detail={t('servers.log.emptyDetail')}
        />
      ) : (
        <Frame lines={shown} follow={follow} />
      )}
      <p>
        {t('servers.log.count', { count: shown.length })}
        {log.ended && ` · ${t('servers.log.ended')}`}
      </p>
    </>
  )
}

function Frame({ lines, follow }: { lines: Shown[]; follow: boolean }) {
  const t = useMessages('mcp-console')
  const frame = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (follow && frame.current) frame.current.scrollTop = frame.current.scrollHeight
  })
  return (
    <div
      ref={frame}
      className={classes.log}
      role="log"
      aria-label={t('servers.log.lines')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
      tabIndex={0}
      data-raw
    >
      {lines.map(({ key, at, stream, text }) => (
        <div key={key} className={classes.line} data-stream={stream}>
          <time dateTime={at}>{at.slice(11, 19)}</time>
          <span>{text}</span>
        </div>
      ))}
    </div>
  )
}

/** The lines as they come; a cut connection goes on where it stopped. */
function useLog(id: string, streams: string) {
  const [lines, setLines] = useState<Shown[]>([])
  const [ended, setEnded] = useState(false)
  const [error, setError] = useState<unknown>()
  const [round, setRound] = useState(0)
  useEffect(() => {
    const leaving = new AbortController()
    let waiting: Shown[] = []
    let count = 0
    let last: string | undefined
    // A thousand lines a second are drawn ten times a second.
    const drawing = setInterval(() => {
      if (waiting.length === 0) return
      const more = waiting
      waiting = []
      setLines((old) => [...old, ...more].slice(-KEPT))
    }, DRAW_MS)
    setLines([])
    setEnded(false)
    setError(undefined)
    const read = async () => {
      const path = `/api/mcp-console/containers/${id}/logs`
      const headers = last === undefined ? {} : { 'last-event-id': last }
      const options = { query: { streams }, headers, signal: leaving.signal }
      for await (const { id: at, event, data } of eventStream<Line>(path, options)) {
        if (event === 'end') setEnded(true)
        if (event !== 'line') continue
        last = at
        count += 1
        waiting.push({ ...data, key: count })
      }
    }
    const keepReading = async () => {
      let failures = 0
      while (!leaving.signal.aborted) {
        const before = count
        try {
          return await read()
        } catch (cause) {
          failures = count > before ? 0 : failures + 1
          if (leaving.signal.aborted) return
          if (failures > 3) return setError(cause)
          await new Promise((resolve) => setTimeout(resolve, COME_BACK_MS))
        }
      }
    }
    void keepReading()
    return () => {
      leaving.abort()
      clearInterval(drawing)
    }
  }, [id, streams, round])
  return { lines, ended, error, again: () => setRound((n) => n + 1) }
}
