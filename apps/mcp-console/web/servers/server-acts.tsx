import { Button } from '@mantine/core'
import { api } from '@minato/web/api'
import { ConfirmAct } from '@minato/web/confirm-act'
import { ErrorNote } from '@minato/web/error-state'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useSession } from '@minato/web/session'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { refresh } from '../queries.ts'
import type { Accepted, Container } from '../shapes.ts'

const DONE = {
  start: 'servers.started',
  stop: 'servers.stopped',
  restart: 'servers.restarted',
} as const

export function ServerActs({ container }: { container: Container }) {
  const t = useMessages('mcp-console')
  const { can } = useSession()
  const navigate = useNavigate()
  const [busy, setBusy] = useState<keyof typeof DONE>()
  const [error, setError] = useState<unknown>()
  const { id, name, state } = container
  if (!can('mcp-console.operate')) return null
  async function act(kind: keyof typeof DONE) {
    setBusy(kind)
    setError(undefined)
    try {
      await api.post(`/api/mcp-console/containers/${id}/${kind}`)
      notify({ tone: 'done', title: t(DONE[kind], { name }) })
    } catch (cause) {
      setError(cause)
    } finally {
      await refresh()
      setBusy(undefined)
    }
  }
  const button = (kind: keyof typeof DONE) => (
    <Button
      key={kind}
      loading={busy === kind}
      disabled={busy !== undefined}
      onClick={() => void act(kind)}
    >
      {t(`servers.${kind}`)}
    </Button>
  )
  const settled = state !== 'installing' && state !== 'removing'
  return (
    <>
      {settled && (state === 'running' ? [button('restart'), button('stop')] : button('start'))}
      {settled && (
        <Button onClick={() => void navigate({ to: `/mcp-console/servers/${id}/edit` })}>
          {t('servers.edit')}
        </Button>
      )}
      {settled && <Recreate container={container} />}
      <Remove container={container} />
      {error !== undefined && <ErrorNote error={error} />}
    </>
  )
}

/** Where the acts of a running server will be. */
export function ComingActs() {
  const t = useMessages('mcp-console')
  const { can } = useSession()
  if (!can('mcp-console.operate')) return null
  return (['restart', 'stop', 'edit', 'recreate', 'remove'] as const).map((act) => (
    <Button key={act} disabled>
      {t(`servers.${act}`)}
    </Button>
  ))
}

function Recreate({ container: { id, name } }: { container: Container }) {
  const t = useMessages('mcp-console')
  const navigate = useNavigate()
  return (
    <ConfirmAct
      title={t('servers.recreateTitle', { name })}
      detail={t('servers.recreateDetail')}
      act={t('servers.recreate')}
      onConfirm={async () => {
        const path = `/api/mcp-console/containers/${id}/recreate`
        const { jobId } = await api.post<Accepted>(path, undefined, { query: { async: true } })
        await refresh()
        await navigate({ to: `/mcp-console/jobs/${jobId}` })
      }}
    >
      {(ask) => <Button onClick={ask}>{t('servers.recreate')}</Button>}
    </ConfirmAct>
  )
}

function Remove({ container: { id, name } }: { container: Container }) {
  const t = useMessages('mcp-console')
  const navigate = useNavigate()
  return (
    <ConfirmAct
      title={t('servers.removeTitle', { name })}
      detail={t('servers.removeDetail')}
      act={t('servers.remove')}
      onConfirm={async () => {
        await api.delete(`/api/mcp-console/containers/${id}`)
        await navigate({ to: '/mcp-console/servers' })
        await refresh()
        notify({ tone: 'done', title: t('servers.removed', { name }) })
      }}
    >
      {(ask) => <Button onClick={ask}>{t('servers.remove')}</Button>}
    </ConfirmAct>
  )
}
