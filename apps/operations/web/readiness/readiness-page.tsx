import { Button, Progress } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import classes from '@minato/web/blocks.module.css'
import { ConfirmAct } from '@minato/web/confirm-act'
import { EmptyState } from '@minato/web/empty-state'
import { useLocale } from '@minato/web/locale'
import { MainAction } from '@minato/web/main-action'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useSession } from '@minato/web/session'
import { IconClipboardCheck } from '@tabler/icons-react'
import { Link, useParams } from '@tanstack/react-router'
import { OperationsPage } from '../operations-page.tsx'
import { refresh, useAnswer } from '../queries.ts'
import {
  PHASES,
  type Phase,
  type RunningAudit,
  type Runs,
  type WholeRun,
} from './readiness-shapes.ts'
import { useReadinessTabs } from './readiness-tabs.ts'
import { Results } from './results.tsx'
import { ScoreCard } from './score-card.tsx'

const REFRESH_MS = 2000

/** What is still missing before people rely on the system: the newest run. */
export function ReadinessPage() {
  const t = useMessages('operations')
  const { can } = useSession()
  const runs = useAnswer<Runs>('/readiness', { limit: 1 }, REFRESH_MS)
  return (
    <OperationsPage
      title={t('readiness.title')}
      intro={t('readiness.intro')}
      tabs={useReadinessTabs()}
      actions={can('operations.manage') ? <Acts busy={Boolean(runs.data?.running)} /> : undefined}
    >
      <Answer of={runs}>
        {({ items: [newest], running }) => (
          <>
            {running !== null && <Running of={running} />}
            {newest !== undefined ? (
              <Whole id={newest.id} />
            ) : (
              running === null && (
                <EmptyState
                  icon={IconClipboardCheck}
                  title={t('readiness.empty')}
                  detail={t('readiness.emptyDetail')}
                />
              )
            )}
          </>
        )}
      </Answer>
    </OperationsPage>
  )
}

/** An earlier run. */
export function RunPage() {
  const t = useMessages('operations')
  const { id } = useParams({ strict: false }) as { id: string }
  return (
    <OperationsPage
      title={t('readiness.one')}
      crumbs={[
        { label: t('readiness.title'), to: '/operations/readiness' },
        { label: t('readiness.history'), to: '/operations/readiness/history' },
      ]}
    >
      <Whole id={id} />
    </OperationsPage>
  )
}

function Whole({ id }: { id: string }) {
  const run = useAnswer<WholeRun>(`/readiness/${id}`)
  return (
    <Answer of={run}>
      {(found) => (
        <>
          <ScoreCard run={found} />
          <Results results={found.results} />
        </>
      )}
    </Answer>
  )
}

function Acts({ busy }: { busy: boolean }) {
  const t = useMessages('operations')
  const start = async (phases: readonly Phase[]) => {
    await api.post('/api/operations/readiness', { phases })
    await refresh()
    notify({ tone: 'done', title: t('readiness.started') })
  }
  return (
    <div className={classes.row}>
      <Button disabled={busy} onClick={() => void start(['static', 'boot'])}>
        {t('readiness.runQuiet')}
      </Button>
      <ConfirmAct
        title={t('readiness.runTitle')}
        detail={t('readiness.runDetail')}
        act={t('readiness.run')}
        onConfirm={() => start(PHASES)}
      >
        {(ask) => (
          <MainAction disabled={busy} onClick={ask}>
            {t('readiness.run')}
          </MainAction>
        )}
      </ConfirmAct>
    </div>
  )
}

function Running({ of: job }: { of: RunningAudit }) {
  const t = useMessages('operations')
  const locale = useLocale()
  return (
    <section className={classes.card}>
      <div className={classes.heading}>
        <h2>{t('readiness.running')}</h2>
        <Link to={`/operations/jobs/${job.id}`}>{t('readiness.job')}</Link>
      </div>
      <Progress
        value={job.progress}
        aria-label={`${t('jobs.progress')} ${job.progress}%`}
        mb="xs"
      />
      <p className={classes.muted}>{job.message?.[locale] ?? t('readiness.waiting')}</p>
    </section>
  )
}
