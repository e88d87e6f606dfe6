import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api } from '../api.ts'
import { useMessages } from '../messages.ts'
import { notify } from '../notices.ts'
import { ConfirmAct } from '../parts/confirm-act.tsx'
import { DataTable } from '../parts/data-table.tsx'
import { ErrorState } from '../parts/error-state.tsx'
import { LoadingState } from '../parts/loading-state.tsx'
import { Time } from '../parts/time.tsx'
import { queryClient } from '../session.ts'
import classes from './account.module.css'
import { AccountPage } from './account-page.tsx'
import { deviceName } from './device-name.ts'

type DeviceSession = {
  id: string
  current: boolean
  createdAt: string
  lastActiveAt: string
  ip: string | null
  userAgent: string | null
}

const sessionsQuery = {
  queryKey: ['account', 'sessions'],
  queryFn: () => api.get<{ items: DeviceSession[] }>('/api/auth/sessions'),
}

export function SessionsPage() {
  const t = useMessages('account')
  const sessions = useQuery(sessionsQuery)
  return (
    <AccountPage title={t('sessions.title')} intro={t('sessions.intro')}>
      {sessions.isPending && <LoadingState lines={4} height={40} />}
      {sessions.isError && <ErrorState error={sessions.error} onRetry={() => sessions.refetch()} />}
      {sessions.data !== undefined && <Devices sessions={sessions.data.items} />}
    </AccountPage>
  )
}

function Devices({ sessions }: { sessions: DeviceSession[] }) {
  const t = useMessages('account')
  const nameOf = (session: DeviceSession) => deviceName(session.userAgent) ?? t('sessions.unknown')
  return (
    <>
      <DataTable
        label={t('sessions.title')}
        rows={sessions}
        rowKey={(session) => session.id}
        columns={[
          {
            key: 'device',
            header: t('sessions.device'),
            primary: true,
            cell: (session) => (
              <span className={classes.row}>
                {nameOf(session)}
                {session.current && (
                  <span className={`${classes.state} ${classes.stateOn}`}>
                    {t('sessions.current')}
                  </span>
                )}
              </span>
            ),
          },
          { key: 'ip', header: t('sessions.address'), cell: ({ ip }) => ip },
          {
            key: 'lastActiveAt',
            header: t('sessions.lastActive'),
            cell: ({ lastActiveAt }) => <Time at={lastActiveAt} as="relative" />,
            sort: ({ lastActiveAt }) => Date.parse(lastActiveAt),
          },
          {
            key: 'createdAt',
            header: t('sessions.since'),
            cell: ({ createdAt }) => <Time at={createdAt} />,
          },
          {
            key: 'act',
            header: '',
            align: 'right',
            cell: (session) =>
              session.current ? null : <RevokeSession session={session} name={nameOf(session)} />,
          },
        ]}
      />
      <Everywhere alone={sessions.length < 2} />
    </>
  )
}

function RevokeSession({ session, name }: { session: DeviceSession; name: string }) {
  const t = useMessages('account')
  return (
    <ConfirmAct
      title={t('sessions.revokeTitle', { device: name })}
      detail={t('sessions.revokeDetail')}
      act={t('sessions.revoke')}
      onConfirm={async () => {
        await api.delete(`/api/auth/sessions/${session.id}`)
        await queryClient.invalidateQueries(sessionsQuery)
        notify({ tone: 'done', title: t('sessions.revoked', { device: name }) })
      }}
    >
      {(ask) => (
        <Button size="compact-sm" variant="subtle" onClick={ask}>
          {t('sessions.revoke')}
        </Button>
      )}
    </ConfirmAct>
  )
}

function Everywhere({ alone }: { alone: boolean }) {
  const t = useMessages('account')
  return (
    <div className={`${classes.row} ${classes.after}`}>
      {!alone && (
        <ConfirmAct
          title={t('sessions.others')}
          detail={t('sessions.othersDetail')}
          act={t('sessions.revoke')}
          onConfirm={async () => {
            await api.delete('/api/auth/sessions')
            await queryClient.invalidateQueries(sessionsQuery)
            notify({ tone: 'done', title: t('sessions.othersDone') })
          }}
        >
          {(ask) => <Button onClick={ask}>{t('sessions.others')}</Button>}
        </ConfirmAct>
      )}
      <ConfirmAct
        title={t('sessions.everywhere')}
        detail={t('sessions.everywhereDetail')}
        act={t('sessions.revoke')}
        onConfirm={async () => {
          await api.post('/api/auth/sign-out-everywhere', undefined, { ownUnauthorized: true })
          location.assign('/sign-in?reason=signed-out')
        }}
      >
        {(ask) => <Button onClick={ask}>{t('sessions.everywhere')}</Button>}
      </ConfirmAct>
    </div>
  )
}
