import { Badge } from '@minato/web/badge'
import { useMessages } from '@minato/web/messages'
import type { Container } from '../shapes.ts'

const TONES: Record<string, 'good' | 'warn' | 'bad' | 'plain'> = {
  running: 'good',
  installing: 'warn',
  removing: 'warn',
  restarting: 'warn',
  paused: 'warn',
  dead: 'bad',
  gone: 'bad',
}
const STATES = [
  'running',
  'exited',
  'created',
  'paused',
  'restarting',
  'dead',
  'installing',
  'removing',
  'gone',
] as const

export function ServerState({ state }: { state: string }) {
  const t = useMessages('mcp-console')
  const known = STATES.find((name) => name === state)
  return (
    <Badge tone={TONES[state] ?? 'plain'}>
      {known === undefined ? state : t(`servers.states.${known}`)}
    </Badge>
  )
}

/** Which way its secrets come, in a word; the page of the server says what that means. */
export function DeliveryBadge({ container }: { container: Container }) {
  const t = useMessages('mcp-console')
  const kind = container.hasSecrets ? container.delivery : 'none'
  if (kind === 'none') return <span>{t('servers.deliveryBadge.none')}</span>
  return (
    <Badge tone={kind === 'file' ? 'good' : 'warn'}>{t(`servers.deliveryBadge.${kind}`)}</Badge>
  )
}
