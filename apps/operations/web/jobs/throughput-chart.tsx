import { BarChart } from '@minato/web/bar-chart'
import { useMessages } from '@minato/web/messages'
import type { Ended } from './job-shapes.ts'

const TONES = { succeeded: 'good', failed: 'bad', cancelled: 'muted' } as const
const KINDS = ['succeeded', 'failed', 'cancelled'] as const

/** Done below, failed and cancelled above. */
export function ThroughputChart({ steps }: { steps: Ended[] }) {
  const t = useMessages('operations')
  const total = (kind: (typeof KINDS)[number]) => steps.reduce((sum, step) => sum + step[kind], 0)
  if (KINDS.every((kind) => total(kind) === 0)) return <p>{t('workers.none')}</p>
  return (
    <BarChart
      steps={steps}
      whole
      words={String}
      parts={KINDS.map((kind) => ({
        key: kind,
        label: t(`workers.${kind}`),
        tone: TONES[kind],
        total: String(total(kind)),
      }))}
    />
  )
}
