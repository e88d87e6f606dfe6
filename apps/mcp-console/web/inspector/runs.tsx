import { Drawer } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { CodeBlock } from '@minato/web/code-block'
import { DataTable } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { useMessages } from '@minato/web/messages'
import { Time } from '@minato/web/time'
import { IconHistory } from '@tabler/icons-react'
import { useState } from 'react'
import { useList } from '../queries.ts'
import { RunResult } from './run-result.tsx'

type Run = {
  id: string
  at: string
  kind: 'tool' | 'resource' | 'prompt'
  name: string
  arguments: unknown
  outcome: string
  durationMs: number
  result: unknown
}

/** What this person has run on this server, the newest first. */
export function Runs({ path }: { path: string }) {
  const t = useMessages('mcp-console')
  const words = useMessages('parts')
  const runs = useList<Run>(`${path}/runs`)
  const [opened, setOpened] = useState<Run>()
  return (
    <Answer of={runs}>
      {() => (
        <>
          <DataTable
            label={t('inspector.history')}
            rows={runs.rows}
            rowKey={({ id }) => id}
            onOpen={setOpened}
            empty={
              <EmptyState
                icon={IconHistory}
                title={t('inspector.none.history')}
                detail={t('inspector.historyDetail')}
              />
            }
            columns={[
              {
                key: 'at',
                header: t('inspector.at'),
                cell: ({ at }) => <Time at={at} as="second" />,
              },
              {
                key: 'name',
                header: t('inspector.what'),
                primary: true,
                cell: ({ name }) => <span data-raw>{name}</span>,
              },
              {
                key: 'outcome',
                header: t('inspector.outcome'),
                cell: ({ outcome }) => <code>{outcome}</code>,
              },
              {
                key: 'duration',
                header: t('inspector.duration'),
                align: 'right',
                cell: ({ durationMs }) => <span data-numbers>{Math.round(durationMs)} ms</span>,
              },
            ]}
          />
          <Drawer
            opened={opened !== undefined}
            onClose={() => setOpened(undefined)}
            position="right"
            title={opened?.name ?? ''}
            closeButtonProps={{ 'aria-label': words('close') }}
          >
            {opened !== undefined && (
              <>
                <CodeBlock label={t('inspector.arguments')}>
                  {JSON.stringify(opened.arguments, null, 2)}
                </CodeBlock>
                <RunResult of={opened} />
              </>
            )}
          </Drawer>
        </>
      )}
    </Answer>
  )
}
