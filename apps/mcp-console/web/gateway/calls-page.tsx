import { Answer } from '@minato/web/answer'
import { Badge } from '@minato/web/badge'
import { DataTable, useFilters } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { useMessages } from '@minato/web/messages'
import { BytesText } from '@minato/web/number-text'
import { Time } from '@minato/web/time'
import { IconArrowsExchange } from '@tabler/icons-react'
import { ConsolePage } from '../console-page.tsx'
import { useList } from '../queries.ts'
import { useGatewayTabs } from './gateway-tabs.ts'
import { ServerName } from './server-name.tsx'
import type { Call } from './shapes.ts'

const OUTCOMES = ['ok', 'tool-error', 'error', 'timeout', 'refused', 'held'] as const
const TONES = {
  ok: 'good',
  'tool-error': 'warn',
  error: 'bad',
  timeout: 'bad',
  refused: 'bad',
  held: 'warn',
} as const

export function CallsPage() {
  const t = useMessages('mcp-console')
  const [{ outcome }] = useFilters()
  const calls = useList<Call>('/gateway/calls', { outcome }, 10_000)
  return (
    <ConsolePage title={t('gateway.calls')} intro={t('gateway.callsIntro')} tabs={useGatewayTabs()}>
      <Answer of={calls}>
        {() => (
          <DataTable
            label={t('gateway.calls')}
            rows={calls.rows}
            rowKey={({ id }) => String(id)}
            more={calls.more}
            empty={
              <EmptyState
                icon={IconArrowsExchange}
                title={t('gateway.callsEmpty')}
                detail={t('gateway.callsEmptyDetail')}
              />
            }
            filters={[
              {
                key: 'outcome',
                label: t('gateway.outcome'),
                choices: OUTCOMES.map((value) => ({
                  value,
                  label: t(`gateway.outcomes.${value}`),
                })),
              },
            ]}
            columns={[
              {
                key: 'at',
                header: t('gateway.at'),
                cell: ({ at }) => <Time at={at} as="second" />,
              },
              {
                key: 'name',
                header: t('gateway.tool'),
                primary: true,
                cell: ({ name, method }) => <code>{name ?? method}</code>,
              },
              {
                key: 'server',
                header: t('gateway.server'),
                cell: ({ server }) => (server === null ? '—' : <ServerName reference={server} />),
              },
              {
                key: 'outcome',
                header: t('gateway.outcome'),
                cell: ({ outcome: one }) => (
                  <Badge tone={TONES[one]}>{t(`gateway.outcomes.${one}`)}</Badge>
                ),
              },
              {
                key: 'duration',
                header: t('gateway.duration'),
                align: 'right',
                cell: ({ durationMs }) => <span data-numbers>{Math.round(durationMs)} ms</span>,
              },
              {
                key: 'size',
                header: t('gateway.size'),
                align: 'right',
                cell: ({ resultBytes }) => <BytesText value={resultBytes} />,
              },
              {
                key: 'marks',
                header: t('gateway.marks'),
                cell: ({ masked, truncated }) => (
                  <>
                    {masked && <Badge tone="warn">{t('gateway.masked')}</Badge>}
                    {truncated && <Badge tone="warn">{t('gateway.truncated')}</Badge>}
                  </>
                ),
              },
            ]}
          />
        )}
      </Answer>
    </ConsolePage>
  )
}
