import { Badge } from '@minato/web/badge'
import { useMessages } from '@minato/web/messages'
import type { Deploy } from './deploy-shapes.ts'

const TONES = { running: 'plain', finished: 'good', reverted: 'bad', refused: 'warn' } as const

export function DeployState({ of: state }: { of: Deploy['state'] }) {
  const t = useMessages('operations')
  return <Badge tone={TONES[state]}>{t(`deploys.states.${state}`)}</Badge>
}
