import { Button } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import blocks from '@minato/web/blocks.module.css'
import { EmptyState } from '@minato/web/empty-state'
import { ErrorNote } from '@minato/web/error-state'
import { useMessages } from '@minato/web/messages'
import { IconFile } from '@tabler/icons-react'
import { useState } from 'react'
import { useList } from '../queries.ts'
import { type Ran, RunResult } from './run-result.tsx'

type Resource = { uri: string; name?: string; title?: string; description?: string }

export function Resources({ path }: { path: string }) {
  const t = useMessages('mcp-console')
  const resources = useList<Resource>(`${path}/resources`)
  return (
    <Answer of={resources}>
      {() =>
        resources.rows.length === 0 ? (
          <EmptyState
            icon={IconFile}
            title={t('inspector.none.resources')}
            detail={t('inspector.noneDetail')}
          />
        ) : (
          resources.rows.map((resource) => (
            <ResourceCard key={resource.uri} path={path} resource={resource} />
          ))
        )
      }
    </Answer>
  )
}

function ResourceCard({ path, resource }: { path: string; resource: Resource }) {
  const t = useMessages('mcp-console')
  const [ran, setRan] = useState<Ran>()
  const [error, setError] = useState<unknown>()
  async function read() {
    setError(undefined)
    try {
      const address = `/api/mcp-console${path}/resources/read`
      setRan(await api.post<Ran>(address, { uri: resource.uri }))
    } catch (cause) {
      setError(cause)
    }
  }
  return (
    <section className={blocks.card}>
      <div className={blocks.heading}>
        <h2 data-raw>{resource.title ?? resource.name ?? resource.uri}</h2>
        <Button onClick={() => void read()}>{t('inspector.read')}</Button>
      </div>
      <p data-raw>
        <code>{resource.uri}</code> {resource.description}
      </p>
      {error !== undefined && <ErrorNote error={error} />}
      {ran !== undefined && <RunResult of={ran} />}
    </section>
  )
}
