import blocks from '@minato/web/blocks.module.css'
import { eventStream } from '@minato/web/event-stream'
import { useMessages } from '@minato/web/messages'
import { NumberText } from '@minato/web/number-text'
import { type ReactNode, useEffect, useState } from 'react'
import classes from './servers.module.css'

type Stats = { at: string; cpuPercent: number; memoryBytes: number; memoryLimitBytes: number }

const KEPT = 60
const MEGABYTE = 1024 * 1024

/** Processor and memory of the last minute, every second. */
export function Load({ id }: { id: string }) {
  const t = useMessages('mcp-console')
  const seen = useStats(id)
  const last = seen.at(-1)
  if (last === undefined) return null
  const most = Math.max(100, ...seen.map(({ cpuPercent }) => cpuPercent))
  return (
    <section className={blocks.section}>
      <h2>{t('servers.load')}</h2>
      <div className={classes.load}>
        <Line
          label={t('servers.cpu')}
          values={seen.map(({ cpuPercent }) => cpuPercent / most)}
          now={<NumberText value={last.cpuPercent} digits={1} unit="percent" />}
        />
        <Line
          label={t('servers.memory')}
          values={seen.map(({ memoryBytes, memoryLimitBytes }) => memoryBytes / memoryLimitBytes)}
          now={
            <>
              <NumberText value={last.memoryBytes / MEGABYTE} digits={1} unit="megabyte" />
              {' / '}
              <NumberText value={last.memoryLimitBytes / MEGABYTE} unit="megabyte" />
            </>
          }
        />
      </div>
    </section>
  )
}

function useStats(id: string): Stats[] {
  const [seen, setSeen] = useState<Stats[]>([])
  useEffect(() => {
    const leaving = new AbortController()
    const read = async () => {
      const path = `/api/mcp-console/containers/${id}/stats`
      const options = { query: { follow: true }, signal: leaving.signal }
      for await (const { event, data } of eventStream<Stats>(path, options)) {
        if (event === 'stats') setSeen((old) => [...old, data].slice(-KEPT))
      }
    }
    // Without figures the charts are not drawn: the state above says why.
    read().catch(() => setSeen([]))
    return () => leaving.abort()
  }, [id])
  return seen
}

/** Zero-based; 1 is the top. */
function Line({ label, values, now }: { label: string; values: number[]; now: ReactNode }) {
  const points = values
    .map((value, index) => `${KEPT - values.length + index},${100 - Math.min(1, value) * 100}`)
    .join(' ')
  return (
    <figure>
      <svg viewBox={`0 0 ${KEPT - 1} 100`} preserveAspectRatio="none" aria-hidden>
        <polyline points={points} />
      </svg>
      <figcaption>
        <span>{label}</span>
        <span>{now}</span>
      </figcaption>
    </figure>
  )
}
