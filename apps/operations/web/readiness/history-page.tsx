import { Answer } from '@minato/web/answer'
import { DataTable } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { useMessages } from '@minato/web/messages'
import { Time } from '@minato/web/time'
import { IconClipboardCheck } from '@tabler/icons-react'
import { OperationsPage } from '../operations-page.tsx'
import { useAnswer } from '../queries.ts'
import type { Runs } from './readiness-shapes.ts'
import { useReadinessTabs } from './readiness-tabs.ts'
import { ScoreChart } from './score-chart.tsx'

/** How the score moved. */
export function HistoryPage() {
  const t = useMessages('operations')
  const runs = useAnswer<Runs>('/readiness', { limit: 60 })
  return (
    <OperationsPage
      title={t('readiness.title')}
      intro={t('readiness.historyIntro')}
      tabs={useReadinessTabs()}
    >
      <Answer of={runs}>
        {({ items }) => (
          <>
            {items.length > 1 && <ScoreChart runs={items.toReversed()} />}
            <DataTable
              label={t('readiness.history')}
              rows={items}
              rowKey={({ id }) => id}
              rowLink={({ id }) => `/operations/readiness/${id}`}
              empty={
                <EmptyState
                  icon={IconClipboardCheck}
                  title={t('readiness.empty')}
                  detail={t('readiness.emptyDetail')}
                />
              }
              columns={[
                {
                  key: 'at',
                  header: t('readiness.at'),
                  primary: true,
                  cell: ({ startedAt }) => <Time at={startedAt} as="minute" />,
                },
                {
                  key: 'score',
                  header: t('readiness.score'),
                  align: 'right',
                  cell: ({ score }) => score,
                },
                {
                  key: 'open',
                  header: t('readiness.states.open'),
                  align: 'right',
                  cell: ({ counts }) => counts.fail,
                },
                {
                  key: 'waived',
                  header: t('readiness.states.waived'),
                  align: 'right',
                  cell: ({ counts }) => counts.waived,
                },
                {
                  key: 'unproven',
                  header: t('readiness.states.unproven'),
                  align: 'right',
                  cell: ({ counts }) => counts.skip,
                },
                {
                  key: 'phases',
                  header: t('readiness.looked'),
                  cell: ({ phases }) =>
                    phases.map((phase) => t(`readiness.phaseWords.${phase}`)).join(t('comma')),
                },
                { key: 'release', header: t('readiness.release'), cell: ({ release }) => release },
                { key: 'by', header: t('readiness.by'), cell: ({ actor }) => actor },
              ]}
            />
          </>
        )}
      </Answer>
    </OperationsPage>
  )
}
