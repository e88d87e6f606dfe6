import { Badge } from '@minato/web/badge'
import { useMessages } from '@minato/web/messages'
import type { Session } from './shapes.ts'

const TONES = {
  starting: 'warn',
  running: 'good',
  ending: 'warn',
  ended: 'plain',
  failed: 'bad',
} as const

export function SessionState({ session: { state, mtls, reason } }: { session: Session }) {
  const t = useMessages('mcp-console')
  return (
    <>
      <Badge tone={TONES[state]}>{t(`sessions.states.${state}`)}</Badge>{' '}
      {mtls && <Badge>{t('sessions.mtls')}</Badge>}
      {reason !== null && (
        <span data-reason-code>
          <code>{reason}</code>
        </span>
      )}
    </>
  )
}
