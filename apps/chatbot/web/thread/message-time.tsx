import { Time } from '@minato/web/time'
import classes from './thread.module.css'

/** The time of day for today, otherwise the date too. */
export function MessageTime({ at }: { at: string }) {
  const today = Date.now() - Date.parse(at) < 12 * 3_600_000
  return (
    <span className={classes.time}>
      <Time at={at} as={today ? 'time' : 'minute'} />
    </span>
  )
}
