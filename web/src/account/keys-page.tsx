import { Button } from '@mantine/core'
import { IconKey } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api.ts'
import { useMessages } from '../messages.ts'
import { notify } from '../notices.ts'
import { ConfirmAct } from '../parts/confirm-act.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { EmptyState } from '../parts/empty-state.tsx'
import { ErrorState } from '../parts/error-state.tsx'
import { LoadingState } from '../parts/loading-state.tsx'
import { MainAction } from '../parts/main-action.tsx'
import { Time } from '../parts/time.tsx'
import { queryClient } from '../session.ts'
import classes from './account.module.css'
import { AccountPage } from './account-page.tsx'
import { CreateKeyDialog } from './create-key-dialog.tsx'
import { type ApiKey, keysQuery } from './keys-query.ts'

export function KeysPage() {
  const t = useMessages('account')
  const [creating, setCreating] = useState(false)
  const keys = useQuery(keysQuery)
  const create = <MainAction onClick={() => setCreating(true)}>{t('keys.create')}</MainAction>
  const any = (keys.data?.items.length ?? 0) > 0
  return (
    <AccountPage title={t('keys.title')} intro={t('keys.intro')} actions={any ? create : undefined}>
      {keys.isPending && <LoadingState lines={4} height={40} />}
      {keys.isError && <ErrorState error={keys.error} onRetry={() => keys.refetch()} />}
      {keys.data !== undefined && (
        <KeyTable
          keys={keys.data.items}
          empty={
            <EmptyState
              icon={IconKey}
              title={t('keys.empty')}
              detail={t('keys.emptyDetail')}
              action={create}
            />
          }
        />
      )}
      <CreateKeyDialog opened={creating} onClose={() => setCreating(false)} />
    </AccountPage>
  )
}

function KeyTable({ keys, empty }: { keys: ApiKey[]; empty: React.ReactNode }) {
  const t = useMessages('account')
  return (
    <DataTable
      label={t('keys.title')}
      rows={keys}
      rowKey={(key) => key.id}
      empty={empty}
      columns={[
        {
          key: 'name',
          header: t('keys.name'),
          primary: true,
          cell: (key) => key.name || key.prefix,
        },
        { key: 'prefix', header: t('keys.prefix'), cell: (key) => <code>{key.prefix}…</code> },
        { key: 'scopes', header: t('keys.scopes'), cell: (key) => <Scopes scopes={key.scopes} /> },
        {
          key: 'createdAt',
          header: t('keys.created'),
          cell: (key) => <Time at={key.createdAt} as="date" />,
          sort: (key) => Date.parse(key.createdAt),
        },
        {
          key: 'lastUsedAt',
          header: t('keys.lastUsed'),
          cell: (key) =>
            key.lastUsedAt === null ? t('keys.never') : <Time at={key.lastUsedAt} as="relative" />,
        },
        {
          key: 'expiresAt',
          header: t('keys.expiry'),
          cell: (key) => <Expiry at={key.expiresAt} />,
        },
        { key: 'act', header: '', align: 'right', cell: (key) => <RevokeKey apiKey={key} /> },
      ]}
    />
  )
}

function Scopes({ scopes }: { scopes: string[] | null }) {
  const t = useMessages('account')
  if (scopes === null || scopes.length === 0) return t('keys.scopesAll')
  return scopes.join(', ')
}

function Expiry({ at }: { at: string | null }) {
  const t = useMessages('account')
  if (at === null) return '—'
  if (Date.parse(at) > Date.now()) return <Time at={at} as="date" />
  return <span className={`${classes.state} ${classes.stateWarn}`}>{t('keys.expired')}</span>
}

function RevokeKey({ apiKey }: { apiKey: ApiKey }) {
  const t = useMessages('account')
  const name = apiKey.name || apiKey.prefix
  return (
    <ConfirmAct
      title={t('keys.revokeTitle', { name })}
      detail={t('keys.revokeDetail')}
      act={t('keys.revoke')}
      onConfirm={async () => {
        await api.delete(`/api/auth/keys/${apiKey.id}`)
        await queryClient.invalidateQueries(keysQuery)
        notify({ tone: 'done', title: t('keys.revoked', { name }) })
      }}
    >
      {(ask) => (
        <Button size="compact-sm" variant="subtle" onClick={ask}>
          {t('keys.revoke')}
        </Button>
      )}
    </ConfirmAct>
  )
}
