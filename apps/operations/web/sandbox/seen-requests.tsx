import { Drawer } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { Badge } from '@minato/web/badge'
import parts from '@minato/web/blocks.module.css'
import { CodeBlock } from '@minato/web/code-block'
import { DataTable, useFilters } from '@minato/web/data-table'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { Time } from '@minato/web/time'
import { useState } from 'react'
import { useList } from '../queries.ts'
import type { SandboxService, SeenRequest } from '../shapes.ts'

const EVERY_MS = 5_000
const tones = { running: 'warn', completed: 'good', failed: 'bad', aborted: 'plain' } as const

/** What the stand-ins were asked: the newest two hundred. */
export function SeenRequests({ services }: { services: SandboxService[] }) {
  const t = useMessages('operations')
  const words = useMessages('parts')
  const locale = useLocale()
  const [{ service }] = useFilters()
  const requests = useList<SeenRequest>('/sandbox/requests', { service }, EVERY_MS)
  const [opened, setOpened] = useState<SeenRequest>()
  const nameOf = (name: string) =>
    services.find((one) => one.service === name)?.title[locale] ?? name
  return (
    <section className={parts.section}>
      <h2>{t('sandbox.requests')}</h2>
      <Answer of={requests}>
        {() => (
          <DataTable
            label={t('sandbox.requests')}
            rows={requests.rows}
            rowKey={(row) => String(row.id)}
            onOpen={setOpened}
            empty={<p className={parts.muted}>{t('sandbox.noRequests')}</p>}
            filters={[
              {
                key: 'service',
                label: t('sandbox.service'),
                choices: services.map((one) => ({ value: one.service, label: one.title[locale] })),
              },
            ]}
            columns={[
              { key: 'at', header: t('audit.at'), cell: (row) => <Time at={row.at} as="second" /> },
              { key: 'service', header: t('sandbox.service'), cell: (row) => nameOf(row.service) },
              {
                key: 'path',
                header: t('sandbox.request'),
                primary: true,
                cell: (row) => (
                  <code>
                    {row.method} {row.path}
                  </code>
                ),
              },
              {
                key: 'scenario',
                header: t('sandbox.scenario'),
                cell: (row) => <code>{row.scenario}</code>,
              },
              { key: 'status', header: t('sandbox.status'), cell: (row) => row.status ?? '—' },
              {
                key: 'outcome',
                header: t('sandbox.outcome'),
                cell: (row) => (
                  <Badge tone={tones[row.outcome]}>{t(`sandbox.${row.outcome}`)}</Badge>
                ),
              },
            ]}
          />
        )}
      </Answer>
      <Drawer
        opened={opened !== undefined}
        onClose={() => setOpened(undefined)}
        position="right"
        title={opened === undefined ? '' : `${opened.method} ${opened.path}`}
        closeButtonProps={{ 'aria-label': words('close') }}
      >
        <CodeBlock label={t('sandbox.request')}>
          {JSON.stringify(opened?.detail, null, 2)}
        </CodeBlock>
      </Drawer>
    </section>
  )
}
