import { Button, Checkbox, SegmentedControl, TextInput } from '@mantine/core'
import blocks from '@minato/web/blocks.module.css'
import { EmptyState } from '@minato/web/empty-state'
import { ErrorState } from '@minato/web/error-state'
import { useMessages } from '@minato/web/messages'
import { Time } from '@minato/web/time'
import { IconFileText } from '@tabler/icons-react'
import { memo, useEffect, useRef, useState } from 'react'
import { ServerFrame } from './server-frame.tsx'
import classes from './servers.module.css'
import { type ShownLine, useLog } from './use-log.ts'

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
          className={blocks.touch ?? ''}
          classNames={{ label: blocks.touch ?? '' }}
          wrapperProps={{ 'data-touch': true }}
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

function Frame({ lines, follow }: { lines: ShownLine[]; follow: boolean }) {
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
      {lines.map((line) => (
        <Line key={line.key} line={line} />
      ))}
    </div>
  )
}

/** Drawn once, however many follow it. */
const Line = memo(function Line({ line: { at, stream, text } }: { line: ShownLine }) {
  return (
    <div className={classes.line} data-stream={stream}>
      <Time at={at} as="clock" />
      <span>{text}</span>
    </div>
  )
})
