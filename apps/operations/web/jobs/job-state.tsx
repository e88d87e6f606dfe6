import { Badge } from '@minato/web/badge'
import { useMessages } from '@minato/web/messages'
import type { JobState as State } from './job-shapes.ts'

const TONES = {
  queued: 'plain',
  running: 'warn',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'plain',
} as const

export function JobState({ state }: { state: State }) {
  const t = useMessages('operations')
  return <Badge tone={TONES[state]}>{t(`jobs.states.${state}`)}</Badge>
}
