import { Button, Progress } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import { Badge } from '@minato/web/badge'
import classes from '@minato/web/blocks.module.css'
import { ConfirmAct } from '@minato/web/confirm-act'
import { DataTable } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { TextField } from '@minato/web/form'
import { FormDialog } from '@minato/web/form-dialog'
import { useLocale } from '@minato/web/locale'
import { MainAction } from '@minato/web/main-action'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { BytesText, NumberText } from '@minato/web/number-text'
import { useSession } from '@minato/web/session'
import { Time } from '@minato/web/time'
import { IconArchive } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { OperationsPage } from '../operations-page.tsx'
import { refresh, useAnswer } from '../queries.ts'
import type { BackupRow, Backups } from './backup-shapes.ts'
import { useBackupsTabs } from './backups-tabs.ts'

const REFRESH_MS = 3000

export function BackupsPage() {
  const t = useMessages('operations')
  const { can } = useSession()
  const backups = useAnswer<Backups>('/backups', {}, REFRESH_MS)
  return (
    <OperationsPage
      title={t('backups.title')}
      intro={t('backups.intro', { days: backups.data?.retentionDays ?? 30 })}
      tabs={useBackupsTabs()}
      actions={can('operations.manage') ? <Acts /> : undefined}
    >
      <Answer of={backups}>
        {(answer) => (
          <>
            <Running of={answer.running} />
            <List {...answer} />
          </>
        )}
      </Answer>
    </OperationsPage>
  )
}

function Acts() {
  const t = useMessages('operations')
  return (
    <div className={classes.row}>
      <ConfirmAct
        title={t('backups.drillTitle')}
        detail={t('backups.drillDetail')}
        act={t('backups.drill')}
        onConfirm={async () => {
          await api.post('/api/operations/drills', {})
          await refresh()
          notify({ tone: 'done', title: t('backups.drillStarted') })
        }}
      >
        {(ask) => <Button onClick={ask}>{t('backups.drill')}</Button>}
      </ConfirmAct>
      <FormDialog
        title={t('backups.create')}
        submit={t('backups.create')}
        opener={(open) => <MainAction onClick={open}>{t('backups.create')}</MainAction>}
        onSubmit={async ({ note = '' }) => {
          await api.post('/api/operations/backups', { note })
          await refresh()
          notify({ tone: 'done', title: t('backups.started') })
        }}
      >
        <p>{t('backups.createIntro')}</p>
        <TextField name="note" label={t('backups.note')} description={t('backups.noteHint')} />
      </FormDialog>
    </div>
  )
}

function Running({ of: jobs }: { of: Backups['running'] }) {
  const t = useMessages('operations')
  const locale = useLocale()
  return jobs.map(({ id, kind, progress, message }) => (
    <section key={id} className={classes.card}>
      <div className={classes.heading}>
        <h2>{t(`backups.running.${kind}`)}</h2>
        <Link to={`/operations/jobs/${id}`}>{t('backups.job')}</Link>
      </div>
      <Progress value={progress} aria-label={`${t('jobs.progress')} ${progress}%`} mb="xs" />
      <p className={classes.muted}>{message?.[locale] ?? t('backups.waiting')}</p>
    </section>
  ))
}

function List({ items, maxAgeMs }: Backups) {
  const t = useMessages('operations')
  return (
    <>
      <Stale items={items} maxAgeMs={maxAgeMs} />
      <DataTable
        label={t('backups.title')}
        rows={items}
        rowKey={({ id }) => id}
        empty={
          <EmptyState
            icon={IconArchive}
            title={t('backups.empty')}
            detail={t('backups.emptyDetail')}
          />
        }
        columns={[
          {
            key: 'at',
            header: t('backups.at'),
            primary: true,
            cell: ({ snapshotAt, startedAt }) => <Time at={snapshotAt ?? startedAt} as="minute" />,
            sort: ({ startedAt }) => Date.parse(startedAt),
          },
          { key: 'state', header: t('jobs.state'), cell: (row) => <State row={row} /> },
          { key: 'reason', header: t('backups.reason'), cell: (row) => <Reason row={row} /> },
          {
            key: 'bytes',
            header: t('backups.size'),
            align: 'right',
            cell: ({ bytes }) => (bytes === null ? '—' : <BytesText value={bytes} />),
          },
          { key: 'rows', header: t('backups.rows'), align: 'right', cell: numberOf('rows') },
          { key: 'files', header: t('backups.files'), align: 'right', cell: numberOf('files') },
          {
            key: 'keys',
            header: t('backups.keys'),
            cell: ({ keyIds }) => <span data-raw>{keyIds.join(', ') || '—'}</span>,
          },
          { key: 'id', header: t('backups.id'), cell: ({ id }) => <code>{id}</code> },
        ]}
      />
    </>
  )
}

const numberOf =
  (field: 'rows' | 'files') =>
  ({ [field]: value }: BackupRow) =>
    value === null ? '—' : <NumberText value={value} />

/** What nobody sees in a row: that there should be a newer one. */
function Stale({ items, maxAgeMs }: Pick<Backups, 'items' | 'maxAgeMs'>) {
  const t = useMessages('operations')
  const newest = items.find(({ state }) => state === 'done')?.snapshotAt
  if (newest == null || Date.now() - Date.parse(newest) <= maxAgeMs) return null
  return (
    <p role="status">
      <Badge tone="bad">{t('backups.stale')}</Badge> {t('backups.staleDetail')}
    </p>
  )
}

const TONES = { proven: 'good', unproven: 'warn', failed: 'bad' } as const

function State({ row }: { row: BackupRow }) {
  const t = useMessages('operations')
  const locale = useLocale()
  if (row.state === 'running') return <Badge>{t('backups.states.running')}</Badge>
  if (row.state === 'failed') {
    return (
      <span>
        <Badge tone="bad">{t('backups.states.failed')}</Badge>{' '}
        {row.errorDetail?.[locale] ?? row.errorCode}
      </span>
    )
  }
  return <Badge tone={TONES[row.proof]}>{t(`backups.proofs.${row.proof}`)}</Badge>
}

const REASONS = ['manual', 'schedule', 'deploy', 'import', 'key-rotation', 'bulk-delete'] as const

function Reason({ row: { reason, note } }: { row: BackupRow }) {
  const t = useMessages('operations')
  const known = REASONS.find((one) => one === reason)
  return (
    <span>
      {known === undefined ? reason : t(`backups.reasons.${known}`)}
      {note !== '' && <span className={classes.muted}> {note}</span>}
    </span>
  )
}
