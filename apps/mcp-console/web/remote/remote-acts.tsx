import { Button, Menu } from '@mantine/core'
import { api } from '@minato/web/api'
import blocks from '@minato/web/blocks.module.css'
import { ConfirmAct } from '@minato/web/confirm-act'
import { ErrorNote } from '@minato/web/error-state'
import { Icon } from '@minato/web/icon'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useSession } from '@minato/web/session'
import { IconDots } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { refresh } from '../queries.ts'
import { KeyDialog } from './key-dialog.tsx'
import type { Greeting, RemoteServer } from './shapes.ts'

export function RemoteActs({ server }: { server: RemoteServer }) {
  const t = useMessages('mcp-console')
  const { can } = useSession()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const { id, name } = server
  if (!can('mcp-console.operate')) return null
  const address = `/api/mcp-console/remote-servers/${id}`
  async function act(work: () => Promise<string>) {
    setBusy(true)
    setError(undefined)
    try {
      notify({ tone: 'done', title: await work() })
    } catch (cause) {
      setError(cause)
    }
    await refresh()
    setBusy(false)
  }
  const greet = (path: 'connect' | 'test') =>
    act(async () => {
      const { tools, latencyMs } = await api.post<Greeting>(`${address}/${path}`)
      return t('remote.greeted', { name, ms: Math.round(latencyMs), tools: tools.length })
    })
  const turn = (path: 'enable' | 'disable', done: string) =>
    act(async () => {
      await api.post(`${address}/${path}`)
      return done
    })
  const needs = server.state === 'authorization-required'
  return (
    <>
      <span className={blocks.row}>
        {needs ? (
          <Button size="compact-sm" onClick={() => void authorize(id).catch(setError)}>
            {t('remote.authorize')}
          </Button>
        ) : (
          <Button size="compact-sm" loading={busy} onClick={() => void greet('connect')}>
            {t('remote.connect')}
          </Button>
        )}
        <More
          server={server}
          onTest={() => void greet('test')}
          onTurn={() =>
            void (server.enabled
              ? turn('disable', t('remote.disabledDone', { name }))
              : turn('enable', t('remote.enabledDone', { name })))
          }
        />
      </span>
      {error !== undefined && <ErrorNote error={error} />}
    </>
  )
}

/** Leaves for the provider, which sends the person back here. */
async function authorize(serverId: string): Promise<void> {
  const { authorizationUrl } = await api.post<{ authorizationUrl: string }>(
    '/api/mcp-console/oauth/start',
    { serverId },
  )
  location.assign(authorizationUrl)
}

function More({
  server,
  onTest,
  onTurn,
}: {
  server: RemoteServer
  onTest: () => void
  onTurn: () => void
}) {
  const t = useMessages('mcp-console')
  const navigate = useNavigate()
  const { id, name } = server
  const inspector = `/mcp-console/inspector/${encodeURIComponent(`remote:${id}`)}`
  return (
    <ConfirmAct
      title={t('remote.removeTitle', { name })}
      detail={t('remote.removeDetail')}
      act={t('remote.remove')}
      onConfirm={async () => {
        await api.delete(`/api/mcp-console/remote-servers/${id}`)
        await refresh()
        notify({ tone: 'done', title: t('remote.removed', { name }) })
      }}
    >
      {(ask) => (
        <KeyDialog server={server}>
          {(openKey) => (
            <Menu position="bottom-end">
              <Menu.Target>
                <Button size="compact-sm" variant="subtle" aria-label={`${name} …`}>
                  <Icon of={IconDots} />
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => void navigate({ to: inspector })}>
                  {t('remote.inspect')}
                </Menu.Item>
                <Menu.Item onClick={onTest}>{t('remote.test')}</Menu.Item>
                <Menu.Item onClick={openKey}>{t('remote.key')}</Menu.Item>
                <Menu.Item onClick={onTurn}>
                  {server.enabled ? t('remote.disable') : t('remote.enable')}
                </Menu.Item>
                <Menu.Item onClick={ask}>{t('remote.remove')}</Menu.Item>
              </Menu.Dropdown>
            </Menu>
          )}
        </KeyDialog>
      )}
    </ConfirmAct>
  )
}
