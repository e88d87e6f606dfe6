import { Button, Drawer } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import blocks from '@minato/web/blocks.module.css'
import { ConfirmAct } from '@minato/web/confirm-act'
import { DataTable } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useSession } from '@minato/web/session'
import { Time } from '@minato/web/time'
import { IconHistory } from '@tabler/icons-react'
import { useState } from 'react'
import { ConsolePage } from '../console-page.tsx'
import { refresh, useAnswer, useList } from '../queries.ts'
import { useConfigurationTabs } from './configuration-tabs.ts'
import type { Diff, Version, VersionSummary } from './shapes.ts'

export function VersionsPage() {
  const t = useMessages('mcp-console')
  const words = useMessages('parts')
  const list = useList<VersionSummary>('/config/versions')
  const [compared, setCompared] = useState<number>()
  return (
    <ConsolePage
      title={t('configuration.versions')}
      intro={t('configuration.intro')}
      tabs={useConfigurationTabs()}
    >
      <Answer of={list}>
        {() => (
          <DataTable
            label={t('configuration.versions')}
            rows={list.rows}
            rowKey={({ version }) => String(version)}
            more={list.more}
            empty={
              <EmptyState
                icon={IconHistory}
                title={t('configuration.empty')}
                detail={t('configuration.emptyDetail')}
              />
            }
            columns={[
              {
                key: 'version',
                header: t('configuration.version'),
                primary: true,
                cell: ({ version }) => version,
              },
              {
                key: 'note',
                header: t('configuration.note'),
                cell: ({ note, restoredFrom }) =>
                  restoredFrom === null
                    ? note
                    : `${t('configuration.restoredFrom', { version: restoredFrom })} ${note}`,
              },
              {
                key: 'author',
                header: t('configuration.author'),
                cell: ({ author }) => author ?? '—',
              },
              {
                key: 'at',
                header: t('configuration.at'),
                cell: ({ createdAt }) => (createdAt === null ? '—' : <Time at={createdAt} />),
              },
              {
                key: 'acts',
                header: '',
                align: 'right',
                cell: ({ version }) => (
                  <span className={blocks.row}>
                    <Button size="compact-sm" variant="subtle" onClick={() => setCompared(version)}>
                      {t('configuration.compare')}
                    </Button>
                    <Restore version={version} />
                  </span>
                ),
              },
            ]}
          />
        )}
      </Answer>
      <Drawer
        opened={compared !== undefined}
        onClose={() => setCompared(undefined)}
        position="right"
        size="lg"
        title={t('configuration.compareTitle', { version: compared ?? 0 })}
        closeButtonProps={{ 'aria-label': words('close') }}
      >
        {compared !== undefined && <Differences version={compared} />}
      </Drawer>
    </ConsolePage>
  )
}

function Differences({ version }: { version: number }) {
  const t = useMessages('mcp-console')
  const diff = useAnswer<Diff>(`/config/versions/${version}/diff`)
  return (
    <Answer of={diff}>
      {({ changes }) =>
        changes.length === 0 ? (
          <p>{t('configuration.same')}</p>
        ) : (
          <ul>
            {changes.map(({ path, kind, before, after }) => (
              <li key={path} data-raw>
                <code>{path}</code> {t(`configuration.kinds.${kind}`)}{' '}
                <code>
                  {kind === 'added' ? '' : JSON.stringify(before)} →{' '}
                  {kind === 'removed' ? '' : JSON.stringify(after)}
                </code>
              </li>
            ))}
          </ul>
        )
      }
    </Answer>
  )
}

function Restore({ version }: { version: number }) {
  const t = useMessages('mcp-console')
  const { can } = useSession()
  const current = useAnswer<Version>('/config')
  if (!can('mcp-console.administer') || current.data === undefined) return null
  const base = current.data.version
  if (base === version) return null
  return (
    <ConfirmAct
      title={t('configuration.restoreTitle', { version })}
      detail={t('configuration.restoreDetail')}
      act={t('configuration.restore')}
      onConfirm={async () => {
        const path = `/api/mcp-console/config/versions/${version}/restore`
        const saved = await api.post<Version>(path, { version: base })
        await refresh()
        notify({ tone: 'done', title: t('configuration.saved', { version: saved.version }) })
      }}
    >
      {(ask) => (
        <Button size="compact-sm" variant="subtle" onClick={ask}>
          {t('configuration.restore')}
        </Button>
      )}
    </ConfirmAct>
  )
}
