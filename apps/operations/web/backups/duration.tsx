import { NumberText } from '@minato/web/number-text'

/** Milliseconds in the unit a person would say: seconds, minutes, hours. */
export function Duration({ ms }: { ms: number | null }) {
  if (ms === null) return '—'
  const seconds = ms / 1000
  if (seconds < 120) return <NumberText value={seconds} unit="second" digits={1} />
  if (seconds < 7200) return <NumberText value={seconds / 60} unit="minute" digits={1} />
  return <NumberText value={seconds / 3600} unit="hour" digits={1} />
}
