import { Button } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import blocks from '@minato/web/blocks.module.css'
import { ConfirmAct } from '@minato/web/confirm-act'
import { Facts } from '@minato/web/facts'
import { Form, FormActions, SubmitAction, TextField } from '@minato/web/form'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { Time } from '@minato/web/time'
import { useNavigate, useParams } from '@tanstack/react-router'
import { ConsolePage } from '../console-page.tsx'
import { refresh, useAnswer } from '../queries.ts'
import { RunInSession } from './run-in-session.tsx'
import { SessionState } from './session-state.tsx'
import type { Session } from './shapes.ts'

const LIMITS = ['timeoutSeconds', 'maxOutputBytes', 'idleMinutes'] as const

export function SessionPage() {
  const t = useMessages('mcp-console')
  const { id } = useParams({ strict: false }) as { id: string }
  const found = useAnswer<Session>(`/sessions/${id}`, {}, 10_000)
  return (
    <ConsolePage
      title={found.data?.name ?? t('sessions.one')}
      crumbs={[{ label: t('sessions.title'), to: '/mcp-console/sessions' }]}
      actions={found.data?.state === 'running' ? <End session={found.data} /> : undefined}
    >
      <Answer of={found}>
        {(session) => (
          <>
            <section className={blocks.card}>
              <Facts
                of={[
                  [t('sessions.state'), <SessionState key="state" session={session} />],
                  [t('sessions.image'), <code key="image">{session.image}</code>],
                  [t('sessions.ends'), <Time key="ends" at={session.idleDeadline} />],
                ]}
              />
            </section>
            {session.state === 'running' && (
              <>
                <RunInSession id={session.id} />
                <Limits session={session} />
              </>
            )}
          </>
        )}
      </Answer>
    </ConsolePage>
  )
}

function End({ session: { id, name } }: { session: Session }) {
  const t = useMessages('mcp-console')
  const navigate = useNavigate()
  return (
    <ConfirmAct
      title={t('sessions.endTitle', { name })}
      detail={t('sessions.endDetail')}
      act={t('sessions.end')}
      onConfirm={async () => {
        await api.delete(`/api/mcp-console/sessions/${id}`)
        await navigate({ to: '/mcp-console/sessions' })
        await refresh()
        notify({ tone: 'done', title: t('sessions.ended', { name }) })
      }}
    >
      {(ask) => <Button onClick={ask}>{t('sessions.end')}</Button>}
    </ConfirmAct>
  )
}

function Limits({ session: { id, config } }: { session: Session }) {
  const t = useMessages('mcp-console')
  const words = useMessages('parts')
  async function save(values: Record<string, string>) {
    const limits = LIMITS.map((name) => [name, Number(values[name])])
    await api.patch(`/api/mcp-console/sessions/${id}/config`, Object.fromEntries(limits))
    await refresh()
    notify({ tone: 'done', title: t('sessions.saved') })
  }
  return (
    <section className={blocks.section}>
      <h2>{t('sessions.limits')}</h2>
      <Form onSubmit={save} label={t('sessions.limits')}>
        {LIMITS.map((name) => (
          <TextField
            key={name}
            name={name}
            type="number"
            label={t(`sessions.${name}`)}
            defaultValue={config[name]}
            required
          />
        ))}
        <FormActions>
          <SubmitAction>{words('save')}</SubmitAction>
        </FormActions>
      </Form>
    </section>
  )
}
