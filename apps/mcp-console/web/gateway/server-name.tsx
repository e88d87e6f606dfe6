import { useMessages } from '@minato/web/messages'
import { useList } from '../queries.ts'
import type { Upstream } from './shapes.ts'

/** A server by its name. One of somebody else, or deleted, has none to show: its kind says what it was. */
export function ServerName({ reference }: { reference: string }) {
  const t = useMessages('mcp-console')
  const { rows, isPending } = useList<Upstream>('/upstreams')
  const known = rows.find(({ ref }) => ref === reference)
  if (known !== undefined) return <span data-raw>{known.name}</span>
  if (isPending) return null
  const [kind = '', name = ''] = reference.split(':')
  if (kind === 'config') return <span data-raw>{name}</span>
  return (
    <span title={reference}>
      {kind === 'remote' ? t('gateway.remoteUnknown') : t('gateway.containerUnknown')}
    </span>
  )
}
