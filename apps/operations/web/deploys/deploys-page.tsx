import { Answer } from '@minato/web/answer'
import classes from '@minato/web/blocks.module.css'
import { CodeBlock } from '@minato/web/code-block'
import { DataTable } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { Time } from '@minato/web/time'
import { IconRocket } from '@tabler/icons-react'
import { Duration } from '../backups/duration.tsx'
import { OperationsPage } from '../operations-page.tsx'
import { useList } from '../queries.ts'
import type { Deploy } from './deploy-shapes.ts'
import { DeployState } from './deploy-state.tsx'
import { useDeploysTabs } from './deploys-tabs.ts'

const REFRESH_MS = 5000
const COMMAND = 'minato deploy --image NAME:TAG\nminato rollback'

/** History of deploys. They are made on the Docker host: this process has no way to Docker. */
export function DeploysPage() {
  const t = useMessages('operations')
  const locale = useLocale()
  const deploys = useList<Deploy>('/deploys', {}, REFRESH_MS)
  return (
    <OperationsPage title={t('deploys.title')} intro={t('deploys.intro')} tabs={useDeploysTabs()}>
      <section className={classes.section}>
        <h2>{t('deploys.command')}</h2>
        <CodeBlock label={t('deploys.command')}>{COMMAND}</CodeBlock>
      </section>
      <Answer of={deploys}>
        {() => (
          <DataTable
            label={t('deploys.title')}
            rows={deploys.rows}
            rowKey={({ id }) => id}
            rowLink={({ id }) => `/operations/deploys/${id}`}
            more={deploys.more}
            empty={
              <EmptyState
                icon={IconRocket}
                title={t('deploys.empty')}
                detail={t('deploys.emptyDetail')}
              />
            }
            columns={[
              {
                key: 'release',
                header: t('deploys.release'),
                primary: true,
                cell: ({ release }) => <span data-raw>{release}</span>,
              },
              {
                key: 'state',
                header: t('jobs.state'),
                cell: ({ state }) => <DeployState of={state} />,
              },
              {
                key: 'kind',
                header: t('deploys.kind'),
                cell: ({ kind }) => t(`deploys.kinds.${kind}`),
              },
              {
                key: 'at',
                header: t('jobs.started'),
                cell: ({ startedAt }) => <Time at={startedAt} as="minute" />,
              },
              {
                key: 'took',
                header: t('jobs.took'),
                align: 'right',
                cell: ({ startedAt, endedAt }) => <Duration ms={between(startedAt, endedAt)} />,
              },
              {
                key: 'reason',
                header: t('jobs.reason'),
                cell: ({ reason }) => reason?.[locale] ?? '—',
              },
            ]}
          />
        )}
      </Answer>
    </OperationsPage>
  )
}

/** Milliseconds from one moment to the other; null while the other is not there. */
export function between(from: string, to: string | null): number | null {
  return to === null ? null : Date.parse(to) - Date.parse(from)
}
