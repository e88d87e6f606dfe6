import { Answer } from '@minato/web/answer'
import { Badge } from '@minato/web/badge'
import { DataTable } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { useMessages } from '@minato/web/messages'
import { Time } from '@minato/web/time'
import { IconLifebuoy } from '@tabler/icons-react'
import { OperationsPage } from '../operations-page.tsx'
import { useList } from '../queries.ts'
import type { Drill } from './backup-shapes.ts'
import { useBackupsTabs } from './backups-tabs.ts'
import { Duration } from './duration.tsx'

const REFRESH_MS = 5000

export function DrillsPage() {
  const t = useMessages('operations')
  const drills = useList<Drill>('/drills', {}, REFRESH_MS)
  return (
    <OperationsPage title={t('backups.title')} intro={t('drills.intro')} tabs={useBackupsTabs()}>
      <Answer of={drills}>
        {() => (
          <DataTable
            label={t('drills.title')}
            rows={drills.rows}
            rowKey={({ id }) => id}
            rowLink={({ id }) => `/operations/backups/drills/${id}`}
            empty={
              <EmptyState
                icon={IconLifebuoy}
                title={t('drills.empty')}
                detail={t('drills.emptyDetail')}
              />
            }
            columns={[
              {
                key: 'at',
                header: t('drills.at'),
                primary: true,
                cell: ({ startedAt }) => <Time at={startedAt} as="minute" />,
              },
              {
                key: 'state',
                header: t('jobs.state'),
                cell: ({ state }) => <DrillState of={state} />,
              },
              {
                key: 'rpo',
                header: t('drills.rpo'),
                align: 'right',
                cell: ({ rpoMs }) => <Duration ms={rpoMs} />,
              },
              {
                key: 'rto',
                header: t('drills.rto'),
                align: 'right',
                cell: ({ rtoMs }) => <Duration ms={rtoMs} />,
              },
              {
                key: 'reason',
                header: t('jobs.reason'),
                cell: ({ errorCode }) => (errorCode === null ? '—' : <code>{errorCode}</code>),
              },
              {
                key: 'backup',
                header: t('drills.backup'),
                cell: ({ backupId }) => (backupId === null ? '—' : <code>{backupId}</code>),
              },
            ]}
          />
        )}
      </Answer>
    </OperationsPage>
  )
}

const TONES = { running: 'plain', passed: 'good', failed: 'bad' } as const

export function DrillState({ of: state }: { of: Drill['state'] }) {
  const t = useMessages('operations')
  return <Badge tone={TONES[state]}>{t(`drills.states.${state}`)}</Badge>
}
