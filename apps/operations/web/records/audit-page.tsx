import { Button, Drawer, Group, TextInput } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { address } from '@minato/web/api'
import classes from '@minato/web/blocks.module.css'
import { CodeBlock } from '@minato/web/code-block'
import { DataTable, useFilters } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { Facts } from '@minato/web/facts'
import { Icon } from '@minato/web/icon'
import { useMessages } from '@minato/web/messages'
import { Time } from '@minato/web/time'
import { IconDownload, IconHistory } from '@tabler/icons-react'
import { useState } from 'react'
import { OperationsPage } from '../operations-page.tsx'
import { useList } from '../queries.ts'
import type { AuditEntry } from '../shapes.ts'

const families = ['user', 'session', 'two-factor', 'key', 'role', 'llm', 'mail', 'sandbox'] as const

export function AuditPage() {
  const t = useMessages('operations')
  const parts = useMessages('parts')
  const [{ actor, action, target, from, to }] = useFilters()
  const query = { actor, action, target, from, to }
  const list = useList<AuditEntry>('/audit', query)
  const [opened, setOpened] = useState<AuditEntry>()
  const filtered = Object.values(query).some((value) => value !== undefined && value !== '')
  return (
    <OperationsPage
      title={t('audit.title')}
      intro={t('audit.intro')}
      actions={
        <Button
          component="a"
          href={address('/api/operations/audit.csv', query)}
          download
          leftSection={<Icon of={IconDownload} />}
        >
          {t('audit.csv')}
        </Button>
      }
    >
      <Period />
      <Answer of={list}>
        {() => (
          <DataTable
            label={t('audit.title')}
            rows={list.rows}
            rowKey={(row) => String(row.id)}
            more={list.more}
            onOpen={setOpened}
            empty={
              <EmptyState
                icon={IconHistory}
                title={filtered ? parts('noMatch') : t('audit.empty')}
              />
            }
            filters={[
              { key: 'actor', label: t('audit.actorFilter') },
              {
                key: 'action',
                label: t('audit.action'),
                choices: familiesWith(action).map((value) => ({ value, label: nameOf(t, value) })),
              },
              { key: 'target', label: t('audit.targetFilter') },
            ]}
            columns={[
              {
                key: 'at',
                header: t('audit.at'),
                cell: (row) => (
                  <span className={classes.nowrap}>
                    <Time at={row.at} as="second" />
                  </span>
                ),
              },
              { key: 'actor', header: t('audit.actor'), cell: (row) => <Actor entry={row} /> },
              {
                key: 'action',
                header: t('audit.action'),
                primary: true,
                cell: (row) => <code className={classes.nowrap}>{row.action}</code>,
              },
              { key: 'target', header: t('audit.target'), cell: (row) => row.target ?? '—' },
              {
                key: 'ip',
                header: t('audit.ip'),
                cell: (row) => <span className={classes.nowrap}>{row.ip ?? '—'}</span>,
              },
            ]}
          />
        )}
      </Answer>
      <Drawer
        opened={opened !== undefined}
        onClose={() => setOpened(undefined)}
        position="right"
        title={opened?.action}
        closeButtonProps={{ 'aria-label': parts('close') }}
      >
        {opened !== undefined && <Entry entry={opened} />}
      </Drawer>
    </OperationsPage>
  )
}

type Texts = ReturnType<typeof useMessages<'operations'>>

/** The families, and an action that the address asks for beside them. */
function familiesWith(action: string | undefined): string[] {
  const known = families.map((family) => `${family}.*`)
  return action === undefined || known.includes(action) ? known : [...known, action]
}

function nameOf(t: Texts, value: string): string {
  const family = families.find((name) => value === `${name}.*`)
  return family === undefined ? value : t(`audit.family.${family}`)
}

function Actor({ entry }: { entry: AuditEntry }) {
  const t = useMessages('operations')
  if (entry.actorEmail !== null) return entry.actorEmail
  if (entry.actorId === 'system') return t('audit.system')
  if (entry.actorId === 'cli') return t('audit.cli')
  return entry.actorId ?? t('audit.nobody')
}

/** Days, in the reader's calendar; they stay in the address like the other filters. */
function Period() {
  const t = useMessages('operations')
  const [{ from, to }, setFilters] = useFilters()
  return (
    <Group gap="sm" mb="sm">
      {(['from', 'to'] as const).map((name) => (
        <TextInput
          key={name}
          type="date"
          aria-label={t(`audit.${name}`)}
          title={t(`audit.${name}`)}
          leftSection={<span className={classes.small}>{t(`audit.${name}Short`)}</span>}
          leftSectionWidth={52}
          value={(name === 'from' ? from : to) ?? ''}
          onChange={(event) => setFilters({ [name]: event.currentTarget.value || undefined })}
        />
      ))}
    </Group>
  )
}

function Entry({ entry }: { entry: AuditEntry }) {
  const t = useMessages('operations')
  return (
    <>
      <Facts
        of={[
          [t('audit.at'), <Time key="at" at={entry.at} as="second" />],
          [t('audit.actor'), <Actor key="actor" entry={entry} />],
          [t('audit.target'), entry.target],
          [t('audit.ip'), entry.ip],
          [t('audit.request'), entry.requestId],
        ]}
      />
      {entry.metadata !== null && (
        <>
          <h3>{t('audit.metadata')}</h3>
          <CodeBlock label={t('audit.metadata')}>
            {JSON.stringify(entry.metadata, null, 2)}
          </CodeBlock>
        </>
      )}
    </>
  )
}
