import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import { useMessages } from '@minato/web/messages'
import { useNavigate, useParams } from '@tanstack/react-router'
import { ConsolePage } from '../console-page.tsx'
import { refresh, useAnswer } from '../queries.ts'
import type { Accepted, Spec } from '../shapes.ts'
import { SpecForm } from './spec-form.tsx'

export function EditPage() {
  const t = useMessages('mcp-console')
  const navigate = useNavigate()
  const { id } = useParams({ strict: false }) as { id: string }
  const saved = useAnswer<{ name: string; config: Spec }>(`/containers/${id}/config`)
  const name = saved.data?.name ?? ''
  return (
    <ConsolePage
      title={t('servers.form.editTitle', { name })}
      intro={t('servers.form.editIntro')}
      crumbs={[
        { label: t('servers.title'), to: '/mcp-console/servers' },
        { label: name, to: `/mcp-console/servers/${id}` },
      ]}
    >
      <Answer of={saved}>
        {({ config }) => (
          <SpecForm
            spec={config}
            submit={t('servers.form.save')}
            send={async (body) => {
              const path = `/api/mcp-console/containers/${id}/config`
              const started = await api.put<Accepted>(path, body, { query: { async: true } })
              await refresh()
              await navigate({ to: `/mcp-console/jobs/${started.jobId}` })
              return started
            }}
          />
        )}
      </Answer>
    </ConsolePage>
  )
}
