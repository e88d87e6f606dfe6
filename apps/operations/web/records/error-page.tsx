import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import classes from '@minato/web/blocks.module.css'
import { CodeBlock } from '@minato/web/code-block'
import { ConfirmAct } from '@minato/web/confirm-act'
import { CopyButton } from '@minato/web/copy-button'
import { EmptyState } from '@minato/web/empty-state'
import { Facts } from '@minato/web/facts'
import { MainAction } from '@minato/web/main-action'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useSession } from '@minato/web/session'
import { Time } from '@minato/web/time'
import { useParams } from '@tanstack/react-router'
import { OperationsPage } from '../operations-page.tsx'
import { refresh, useAnswer } from '../queries.ts'
import type { ErrorGroup, List } from '../shapes.ts'
import { GroupState } from './errors-page.tsx'

export function ErrorPage() {
  const t = useMessages('operations')
  const { fingerprint } = useParams({ strict: false }) as { fingerprint: string }
  const groups = useAnswer<List<ErrorGroup>>('/errors')
  const group = groups.data?.items.find((item) => item.fingerprint === fingerprint)
  return (
    <OperationsPage
      title={t('errors.one')}
      crumbs={[{ label: t('errors.title'), to: '/operations/errors' }]}
    >
      <Answer of={groups}>
        {() =>
          group === undefined ? (
            <EmptyState title={t('errors.gone')} detail={t('errors.goneDetail')} />
          ) : (
            <Group group={group} />
          )
        }
      </Answer>
    </OperationsPage>
  )
}

function Group({ group }: { group: ErrorGroup }) {
  const t = useMessages('operations')
  return (
    <>
      <section className={classes.card}>
        <div className={classes.heading}>
          <h2 data-raw>{group.name}</h2>
          <Resolve group={group} />
        </div>
        <p data-raw>{group.message}</p>
        <Facts
          of={[
            [t('users.status'), <GroupState key="state" group={group} />],
            [t('errors.source'), <code key="source">{group.source}</code>],
            [
              t('errors.route'),
              group.route === null ? null : <code key="route">{group.route}</code>,
            ],
            [t('errors.count'), String(group.count)],
            [t('errors.users'), String(group.users)],
            [t('errors.firstSeen'), <Time key="first" at={group.firstSeen} as="second" />],
            [t('errors.lastSeen'), <Time key="last" at={group.lastSeen} as="second" />],
            [t('errors.release'), group.lastRelease],
            [t('audit.request'), group.lastRequestId],
          ]}
        />
      </section>
      <section className={classes.section}>
        <div className={classes.heading}>
          <h2>{t('errors.stack')}</h2>
          <CopyButton value={group.stack} compact />
        </div>
        <CodeBlock label={t('errors.stack')}>{group.stack}</CodeBlock>
      </section>
    </>
  )
}

function Resolve({ group }: { group: ErrorGroup }) {
  const t = useMessages('operations')
  const { can } = useSession()
  if (group.resolvedAt !== null || !can('operations.manage')) return null
  return (
    <ConfirmAct
      title={t('errors.resolveTitle', { name: group.name })}
      detail={t('errors.resolveDetail')}
      act={t('errors.resolve')}
      onConfirm={async () => {
        await api.post(`/api/operations/errors/${group.fingerprint}/resolve`)
        await refresh()
        notify({ tone: 'done', title: t('errors.resolveDone') })
      }}
    >
      {(ask) => <MainAction onClick={ask}>{t('errors.resolve')}</MainAction>}
    </ConfirmAct>
  )
}
