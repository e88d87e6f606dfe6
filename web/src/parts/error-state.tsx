import { Button } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import { ApiError } from '../api-error.ts'
import { useMessages } from '../messages.ts'
import classes from './error-state.module.css'

/** What to say of any thrown value: the server's own words where there are some. */
export function useErrorWords(error: unknown): { title: string; detail: string } {
  const t = useMessages('parts')
  if (!(error instanceof ApiError)) {
    if (isStaleChunk(error)) return { title: t('error.staleTitle'), detail: t('error.staleDetail') }
    return { title: t('error.crashTitle'), detail: t('error.crashDetail') }
  }
  if (error.title !== '') return { title: error.title, detail: error.detail }
  const detail = t('error.networkDetail')
  if (error.code === 'NETWORK_UNREACHABLE') return { title: t('error.networkTitle'), detail }
  if (error.code === 'STREAM_CUT') return { title: t('error.streamTitle'), detail }
  if (error.status === 404)
    return { title: t('error.notFoundTitle'), detail: t('error.notFoundDetail') }
  if (error.code === 'ANSWER_UNREADABLE')
    return { title: t('error.unreadableTitle'), detail: t('error.detail') }
  return { title: t('error.title'), detail: t('error.detail') }
}

/** After an update the old page asks for parts that are gone. */
export function isStaleChunk(error: unknown): boolean {
  return (
    error instanceof TypeError && /dynamically imported module|module script/i.test(error.message)
  )
}

function Facts({ error }: { error: unknown }) {
  const t = useMessages('parts')
  if (!(error instanceof ApiError)) return null
  return (
    <p className={classes.facts} data-reason-code>
      <span>
        {t('reason')} <code>{error.code}</code>
      </span>
      {error.requestId !== undefined && (
        <span>
          {t('request')} <code>{error.requestId}</code>
        </span>
      )}
    </p>
  )
}

/**
 * What stands where the data would: what happened, the reason code, what to do, retry.
 *
 * @example
 * if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />
 */
export function ErrorState({
  error,
  onRetry,
  actions,
}: {
  error: unknown
  onRetry?: () => unknown
  actions?: ReactNode
}) {
  const { title, detail } = useErrorWords(error)
  return (
    <div className={classes.state} role="alert">
      <h2 className={classes.title}>{title}</h2>
      <p className={classes.detail}>{detail}</p>
      <Facts error={error} />
      <div className={classes.actions}>
        {onRetry !== undefined && <Retry error={error} onRetry={onRetry} />}
        {actions}
      </div>
    </div>
  )
}

/** The same in a form or beside a button: no more than a few lines. */
export function ErrorNote({ error, onRetry }: { error: unknown; onRetry?: () => unknown }) {
  const { title, detail } = useErrorWords(error)
  return (
    <div className={classes.note} role="alert">
      <p className={classes.title}>{title}</p>
      <p className={classes.detail}>{detail}</p>
      <Facts error={error} />
      {onRetry !== undefined && <Retry error={error} onRetry={onRetry} />}
    </div>
  )
}

/** Waits as long as the server has asked for (Retry-After) and says how long that is. */
function Retry({ error, onRetry }: { error: unknown; onRetry: () => unknown }) {
  const t = useMessages('parts')
  const seconds = useCountdown(error instanceof ApiError ? error.retryAfterMs : undefined)
  const [busy, setBusy] = useState(false)
  return (
    <Button
      loading={busy}
      disabled={seconds > 0}
      onClick={async () => {
        setBusy(true)
        try {
          await onRetry()
        } finally {
          setBusy(false)
        }
      }}
    >
      {seconds > 0 ? t('retryIn', { seconds }) : t('retry')}
    </Button>
  )
}

function useCountdown(ms: number | undefined): number {
  const [until] = useState(() => Date.now() + (ms ?? 0))
  const [now, setNow] = useState(() => Date.now())
  const left = Math.max(0, Math.ceil((until - now) / 1000))
  useEffect(() => {
    if (left === 0) return
    const timer = setTimeout(() => setNow(Date.now()), 1000)
    return () => clearTimeout(timer)
  })
  return left
}
