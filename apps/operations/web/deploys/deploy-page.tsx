import { Answer } from '@minato/web/answer'
import { Badge } from '@minato/web/badge'
import classes from '@minato/web/blocks.module.css'
import { DataTable } from '@minato/web/data-table'
import { Facts } from '@minato/web/facts'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { Time } from '@minato/web/time'
import { useParams } from '@tanstack/react-router'
import { Duration } from '../backups/duration.tsx'
import { OperationsPage } from '../operations-page.tsx'
import { useAnswer } from '../queries.ts'
import type { Deploy, DeployStep } from './deploy-shapes.ts'
import { DeployState } from './deploy-state.tsx'
import { between } from './deploys-page.tsx'

const REFRESH_MS = 3000

/** One deploy: what became of it and why, step by step. */
export function DeployPage() {
  const t = useMessages('operations')
  const { id } = useParams({ strict: false }) as { id: string }
  const deploy = useAnswer<Deploy>(`/deploys/${id}`, {}, REFRESH_MS)
  return (
    <OperationsPage
      title={t('deploys.one')}
      crumbs={[{ label: t('deploys.title'), to: '/operations/deploys' }]}
    >
      <Answer of={deploy}>{(found) => <Report deploy={found} />}</Answer>
    </OperationsPage>
  )
}

const TONES = { running: 'plain', done: 'good', failed: 'bad', skipped: 'warn' } as const

function Report({ deploy }: { deploy: Deploy }) {
  const t = useMessages('operations')
  const locale = useLocale()
  const { release, previous, reason, migrations, startedAt, endedAt } = deploy
  return (
    <>
      <section className={classes.card}>
        {reason !== null && <p>{reason[locale]}</p>}
        <Facts
          of={[
            [t('jobs.state'), <DeployState key="state" of={deploy.state} />],
            [t('deploys.kind'), t(`deploys.kinds.${deploy.kind}`)],
            [t('deploys.release'), <Release key="release" name={release} color={deploy.color} />],
            [
              t('deploys.previous'),
              <Release key="previous" name={previous.release} color={previous.color} />,
            ],
            [t('jobs.reason'), reason === null ? null : <code key="code">{reason.code}</code>],
            [t('deploys.by'), deploy.by],
            [t('jobs.started'), <Time key="started" at={startedAt} as="second" />],
            [t('jobs.took'), <Duration key="took" ms={between(startedAt, endedAt)} />],
            [t('deploys.migrations'), migrations.length === 0 ? null : migrations.join(', ')],
          ]}
        />
      </section>
      <section className={classes.section}>
        <h2>{t('deploys.steps')}</h2>
        <DataTable
          label={t('deploys.steps')}
          rows={deploy.steps}
          rowKey={({ name, startedAt: at }) => `${name} ${at}`}
          columns={[
            {
              key: 'name',
              header: t('deploys.step'),
              primary: true,
              cell: ({ name }) => t(`deploys.names.${name}`),
            },
            { key: 'state', header: t('jobs.state'), cell: (step) => <StepState of={step} /> },
            {
              key: 'took',
              header: t('jobs.took'),
              align: 'right',
              cell: ({ ms }) => <Duration ms={ms} />,
            },
            {
              key: 'evidence',
              header: t('drills.evidence'),
              cell: ({ evidence }) => evidence?.[locale] ?? '—',
            },
          ]}
        />
      </section>
    </>
  )
}

function StepState({ of: { state } }: { of: DeployStep }) {
  const t = useMessages('operations')
  return <Badge tone={TONES[state]}>{t(`deploys.stepStates.${state}`)}</Badge>
}

function Release({ name, color }: { name: string; color: 'blue' | 'green' }) {
  const t = useMessages('operations')
  return (
    <>
      <code>{name}</code> ({t(`deploys.colors.${color}`)})
    </>
  )
}
