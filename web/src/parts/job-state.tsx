import { useMessages } from '../messages.ts'
import { Badge } from './badge.tsx'

const TONES = {
  queued: 'plain',
  running: 'warn',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'plain',
} as const

/** How a job stands, the same wherever it is shown. */
export function JobState({ state }: { state: keyof typeof TONES }) {
  const t = useMessages('parts')
  return <Badge tone={TONES[state]}>{t(`jobStates.${state}`)}</Badge>
}
