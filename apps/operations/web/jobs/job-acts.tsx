import { Button } from '@mantine/core'
import { api } from '@minato/web/api'
import classes from '@minato/web/blocks.module.css'
import { ConfirmAct } from '@minato/web/confirm-act'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useSession } from '@minato/web/session'
import { useNavigate } from '@tanstack/react-router'
import { refresh } from '../queries.ts'
import type { WholeJob } from './job-shapes.ts'

const ACTS = ['cancel', 'retry', 'discard'] as const
type Act = (typeof ACTS)[number]

function fits(act: Act, { state }: WholeJob): boolean {
  const runs = state === 'queued' || state === 'running'
  return act === 'cancel' ? runs : state === 'failed' || state === 'cancelled'
}

/** What an operator may do to a job; each asks once and names it. */
export function JobActs({ job }: { job: WholeJob }) {
  const t = useMessages('operations')
  const locale = useLocale()
  const navigate = useNavigate()
  const { can } = useSession()
  if (!can('jobs.manage')) return null
  const name = job.title[locale]
  const does = async (act: Act) => {
    if (act === 'discard') await api.delete(`/api/operations/jobs/${job.id}`)
    else await api.post(`/api/jobs/${job.id}/${act}`)
    if (act === 'discard') await navigate({ to: '/operations/jobs' })
    await refresh()
    notify({ tone: 'done', title: t(`jobs.${act}.done`) })
  }
  return (
    <div className={classes.row}>
      {ACTS.filter((act) => fits(act, job)).map((act) => (
        <ConfirmAct
          key={act}
          title={t(`jobs.${act}.title`, { name })}
          detail={t(`jobs.${act}.detail`)}
          act={t(`jobs.${act}.act`)}
          onConfirm={() => does(act)}
        >
          {(ask) => <Button onClick={ask}>{t(`jobs.${act}.act`)}</Button>}
        </ConfirmAct>
      ))}
    </div>
  )
}
