import { Answer } from '@minato/web/answer'
import { Badge } from '@minato/web/badge'
import { DataTable } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { useMessages } from '@minato/web/messages'
import { Time } from '@minato/web/time'
import { IconMessageCog } from '@tabler/icons-react'
import { OperationsPage } from '../operations-page.tsx'
import { useList } from '../queries.ts'
import type { Prompt } from '../shapes.ts'
import { useModelsTabs } from './models-tabs.ts'

export function PromptsPage() {
  const t = useMessages('operations')
  const prompts = useList<Prompt>('/llm/prompts')
  return (
    <OperationsPage title={t('models.title')} intro={t('prompts.intro')} tabs={useModelsTabs()}>
      <Answer of={prompts}>
        {() => (
          <DataTable
            label={t('prompts.title')}
            rows={prompts.rows}
            rowKey={(row) => row.name}
            rowLink={(row) => `/operations/llm/prompts/${row.name}`}
            empty={
              <EmptyState
                icon={IconMessageCog}
                title={t('prompts.empty')}
                detail={t('prompts.emptyDetail')}
              />
            }
            columns={[
              {
                key: 'name',
                header: t('prompts.name'),
                primary: true,
                cell: (row) => <code>{row.name}</code>,
              },
              {
                key: 'version',
                header: t('prompts.version'),
                align: 'right',
                cell: (row) => row.version,
              },
              {
                key: 'cases',
                header: t('prompts.cases'),
                align: 'right',
                cell: (row) => row.cases,
              },
              {
                key: 'state',
                header: t('prompts.wording'),
                cell: (row) => <Wording prompt={row} />,
              },
              {
                key: 'changed',
                header: t('prompts.changedAt'),
                cell: (row) =>
                  row.override === null ? '—' : <Time at={row.override.at} as="relative" />,
              },
            ]}
          />
        )}
      </Answer>
    </OperationsPage>
  )
}

export function Wording({ prompt: { override } }: { prompt: Prompt }) {
  const t = useMessages('operations')
  if (override === null) return <Badge>{t('prompts.builtIn')}</Badge>
  if (override.outdated) return <Badge tone="bad">{t('prompts.outdated')}</Badge>
  return <Badge tone="warn">{t('prompts.overridden')}</Badge>
}
