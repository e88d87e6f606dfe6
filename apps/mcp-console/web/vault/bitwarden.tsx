import { Button, SegmentedControl } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import { Badge } from '@minato/web/badge'
import blocks from '@minato/web/blocks.module.css'
import { ErrorNote } from '@minato/web/error-state'
import { Facts } from '@minato/web/facts'
import { PasswordField, TextField } from '@minato/web/form'
import { FormDialog } from '@minato/web/form-dialog'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { Time } from '@minato/web/time'
import { useState } from 'react'
import { refresh, useAnswer } from '../queries.ts'
import type { VaultStatus } from '../shapes.ts'

export function Bitwarden() {
  const t = useMessages('mcp-console')
  const vault = useAnswer<VaultStatus>('/vault')
  return (
    <Answer of={vault} lines={3}>
      {(status) => (
        <section className={blocks.section}>
          <div className={blocks.heading}>
            <h2>{t('vault.bitwarden')}</h2>
            <Badge tone={status.open ? 'good' : 'plain'}>
              {status.open ? t('vault.open') : t('vault.locked')}
            </Badge>
          </div>
          <p className={blocks.muted}>{t('vault.bitwardenDetail', { server: status.server })}</p>
          {status.open ? <Opened status={status} /> : <Open />}
        </section>
      )}
    </Answer>
  )
}

function Opened({ status: { email, openedAt } }: { status: VaultStatus }) {
  const t = useMessages('mcp-console')
  const [error, setError] = useState<unknown>()
  async function act(path: 'lock' | 'sync', done: string) {
    setError(undefined)
    try {
      await api.post(`/api/mcp-console/vault/${path}`)
      notify({ tone: 'done', title: done })
    } catch (cause) {
      setError(cause)
    }
    await refresh()
  }
  return (
    <>
      <Facts
        of={[
          [t('vault.email'), email],
          [t('vault.opened'), openedAt === null ? null : <Time key="opened" at={openedAt} />],
        ]}
      />
      <div className={blocks.row}>
        <Button onClick={() => void act('sync', t('vault.synced'))}>{t('vault.sync')}</Button>
        <Button onClick={() => void act('lock', t('vault.lockedDone'))}>{t('vault.lock')}</Button>
      </div>
      {error !== undefined && <ErrorNote error={error} />}
    </>
  )
}

function Open() {
  const t = useMessages('mcp-console')
  const [by, setBy] = useState('password')
  async function send(values: Record<string, string>) {
    const { email, masterPassword, code, clientId, clientSecret } = values
    const twoStep = code ? { twoStep: { code } } : {}
    const body =
      by === 'key'
        ? { clientId, clientSecret, masterPassword }
        : { email, masterPassword, ...twoStep }
    await api.post('/api/mcp-console/vault/open', body)
    await refresh()
    notify({ tone: 'done', title: t('vault.openedDone') })
  }
  return (
    <FormDialog
      opener={(open) => <Button onClick={open}>{t('vault.openAct')}</Button>}
      title={t('vault.openAct')}
      submit={t('vault.openAct')}
      onSubmit={send}
      fieldOf={(code) => (code.startsWith('MCP_CONSOLE_VAULT_CODE') ? 'code' : undefined)}
      formKey={by}
      above={
        <SegmentedControl
          aria-label={t('vault.by')}
          fullWidth
          mb="md"
          value={by}
          onChange={setBy}
          data={[
            { value: 'password', label: t('vault.byPassword') },
            { value: 'key', label: t('vault.byKey') },
          ]}
        />
      }
    >
      {by === 'key' ? (
        <>
          <TextField name="clientId" label={t('vault.clientId')} autoComplete="off" required />
          <PasswordField
            name="clientSecret"
            label={t('vault.clientSecret')}
            autoComplete="off"
            required
          />
        </>
      ) : (
        <TextField name="email" type="email" label={t('vault.email')} autoComplete="off" required />
      )}
      <PasswordField
        name="masterPassword"
        label={t('vault.masterPassword')}
        autoComplete="off"
        required
      />
      {by === 'password' && (
        <TextField
          name="code"
          label={t('vault.code')}
          description={t('vault.codeHelp')}
          autoComplete="one-time-code"
          inputMode="numeric"
        />
      )}
    </FormDialog>
  )
}
