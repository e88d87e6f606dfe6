import { Answer } from '@minato/web/answer'
import { Badge } from '@minato/web/badge'
import classes from '@minato/web/blocks.module.css'
import { DataTable } from '@minato/web/data-table'
import { Facts } from '@minato/web/facts'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { Time } from '@minato/web/time'
import { useParams } from '@tanstack/react-router'
import { OperationsPage } from '../operations-page.tsx'
import { useAnswer } from '../queries.ts'
import type { Drill } from './backup-shapes.ts'
import { DrillState } from './drills-page.tsx'
import { Duration } from './duration.tsx'

/** What a drill found: the report. */
export function DrillPage() {
  const t = useMessages('operations')
  const { id } = useParams({ strict: false }) as { id: string }
  const drill = useAnswer<Drill>(`/drills/${id}`)
  return (
    <OperationsPage
      title={t('drills.one')}
      crumbs={[{ label: t('drills.title'), to: '/operations/backups/drills' }]}
    >
      <Answer of={drill}>{(found) => <Report drill={found} />}</Answer>
    </OperationsPage>
  )
}

const TONES = { passed: 'good', failed: 'bad', skipped: 'warn' } as const

function Report({ drill }: { drill: Drill }) {
  const t = useMessages('operations')
  const locale = useLocale()
  const { backupId, errorCode, errorDetail, rpoMs, rtoMs } = drill
  return (
    <>
      <section className={classes.card}>
        {errorDetail !== null && <p>{errorDetail[locale]}</p>}
        <Facts
          of={[
            [t('jobs.state'), <DrillState key="state" of={drill.state} />],
            [t('jobs.reason'), errorCode === null ? null : <code key="code">{errorCode}</code>],
            [t('drills.backup'), backupId === null ? null : <code key="id">{backupId}</code>],
            [t('drills.rpoLong'), rpoMs === null ? null : <Duration key="rpo" ms={rpoMs} />],
            [t('drills.rtoLong'), rtoMs === null ? null : <Duration key="rto" ms={rtoMs} />],
            [t('jobs.started'), <Time key="started" at={drill.startedAt} as="second" />],
            [
              t('jobs.finished'),
              drill.finishedAt && <Time key="finished" at={drill.finishedAt} as="second" />,
            ],
          ]}
        />
      </section>
      <section className={classes.section}>
        <h2>{t('drills.checks')}</h2>
        <DataTable
          label={t('drills.checks')}
          rows={drill.checks}
          rowKey={({ name }) => name}
          columns={[
            {
              key: 'name',
              header: t('drills.check'),
              primary: true,
              cell: ({ name }) => <CheckName name={name} />,
            },
            {
              key: 'status',
              header: t('jobs.state'),
              cell: ({ status }) => (
                <Badge tone={TONES[status]}>{t(`drills.statuses.${status}`)}</Badge>
              ),
            },
            {
              key: 'evidence',
              header: t('drills.evidence'),
              cell: ({ evidence }) => evidence[locale],
            },
            {
              key: 'took',
              header: t('jobs.took'),
              align: 'right',
              cell: ({ durationMs }) => <Duration ms={durationMs} />,
            },
          ]}
        />
      </section>
    </>
  )
}

const NAMES = [
  'found',
  'manifest',
  'fresh',
  'parts',
  'scratch',
  'database',
  'ciphertexts',
  'files',
  'app',
] as const

function CheckName({ name }: { name: string }) {
  const t = useMessages('operations')
  const known = NAMES.find((one) => one === name)
  return known === undefined ? name : t(`drills.names.${known}`)
}
