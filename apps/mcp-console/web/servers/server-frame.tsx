import { Answer } from '@minato/web/answer'
import { useMessages } from '@minato/web/messages'
import { useSession } from '@minato/web/session'
import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { ConsolePage } from '../console-page.tsx'
import { useAnswer } from '../queries.ts'
import type { Container } from '../shapes.ts'
import { ComingActs, ServerActs } from './server-acts.tsx'

const EVERY_MS = 5_000

/** What the pages of one server have in common: its name, its acts, the way between them. */
export function ServerFrame({ children }: { children: (container: Container) => ReactNode }) {
  const t = useMessages('mcp-console')
  const { can } = useSession()
  const { id } = useParams({ strict: false }) as { id: string }
  const found = useAnswer<Container>(`/containers/${id}`, {}, EVERY_MS)
  const here = `/mcp-console/servers/${id}`
  const tabs = [
    { to: here, label: t('servers.overview') },
    ...(can('mcp-console.operate')
      ? [
          { to: `${here}/logs`, label: t('servers.logs') },
          { to: `/mcp-console/inspector/${id}`, label: t('servers.inspect') },
        ]
      : []),
  ]
  return (
    <ConsolePage
      title={found.data?.name ?? t('servers.title')}
      crumbs={[{ label: t('servers.title'), to: '/mcp-console/servers' }]}
      actions={actsOf(found)}
      tabs={tabs}
    >
      <Answer of={found}>{children}</Answer>
    </ConsolePage>
  )
}

/** They keep their place while the server is read: nothing jumps when it is there. */
function actsOf({ data, isPending }: { data: Container | undefined; isPending: boolean }) {
  if (data !== undefined) return <ServerActs container={data} />
  return isPending ? <ComingActs /> : undefined
}
