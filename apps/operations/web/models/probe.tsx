import { api } from '@minato/web/api'
import { Badge } from '@minato/web/badge'
import parts from '@minato/web/blocks.module.css'
import { ErrorNote } from '@minato/web/error-state'
import { Facts } from '@minato/web/facts'
import { useLocale } from '@minato/web/locale'
import { MainAction } from '@minato/web/main-action'
import { useMessages } from '@minato/web/messages'
import { useSession } from '@minato/web/session'
import { useState } from 'react'
import { refresh } from '../queries.ts'
import type { Probe } from '../shapes.ts'

/** Asks the model server once whether key, model and quota are right. */
export function ProbeAction() {
  const t = useMessages('operations')
  const { can } = useSession()
  const [busy, setBusy] = useState(false)
  const [result, setResult] = useState<Probe>()
  const [error, setError] = useState<unknown>()
  if (!can('operations.manage')) return null
  async function probe() {
    setBusy(true)
    setError(undefined)
    try {
      setResult(await api.post<Probe>('/api/operations/llm/probe'))
      await refresh()
    } catch (cause) {
      setError(cause)
    } finally {
      setBusy(false)
    }
  }
  return (
    <section className={parts.card}>
      <div className={parts.heading}>
        <h2>{t('probe.title')}</h2>
        <MainAction loading={busy} onClick={probe}>
          {t('probe.act')}
        </MainAction>
      </div>
      <p className={parts.muted}>{t('probe.intro')}</p>
      {error !== undefined && <ErrorNote error={error} />}
      <div aria-live="polite">{result !== undefined && <Result result={result} />}</div>
    </section>
  )
}

function Result({ result }: { result: Probe }) {
  const t = useMessages('operations')
  const locale = useLocale()
  const mark = (value: boolean | null) => {
    if (value === null) return <Badge>{t('probe.unknown')}</Badge>
    return value ? (
      <Badge tone="good">{t('probe.yes')}</Badge>
    ) : (
      <Badge tone="bad">{t('probe.no')}</Badge>
    )
  }
  return (
    <Facts
      of={[
        [t('probe.accepted'), mark(result.accepted)],
        [t('probe.modelExists'), mark(result.modelExists)],
        [t('probe.quotaLeft'), mark(result.quotaLeft)],
        [t('lanes.model'), result.model === null ? null : <code key="model">{result.model}</code>],
        [t('probe.meaning'), result.detail[locale]],
        [t('probe.code'), result.code === null ? null : <code key="code">{result.code}</code>],
      ]}
    />
  )
}
