import { useEffect, useState } from 'react'
import { type Locale, useLocale } from '../locale.ts'
import { queryClient, type Session, sessionQuery } from '../session.ts'

/** The viewer's zone from the profile; on the pages before the sign-in the browser's. */
export function viewerZone(): string {
  const session = queryClient.getQueryData<Session>(sessionQuery.queryKey)
  return session?.user.timeZone || Intl.DateTimeFormat().resolvedOptions().timeZone
}

const formats = new Map<string, Intl.DateTimeFormat>()

function format(locale: Locale, zone: string, options: Intl.DateTimeFormatOptions) {
  const id = JSON.stringify([locale, zone, options])
  const known = formats.get(id)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat(locale, { ...options, timeZone: knownZone(zone) })
  formats.set(id, made)
  return made
}

/** A zone this browser does not know must not break the page. */
function knownZone(zone: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return zone
  } catch {
    return 'UTC'
  }
}

const styles = {
  date: { dateStyle: 'medium' },
  time: { timeStyle: 'short' },
  clock: { timeStyle: 'medium' },
  minute: { dateStyle: 'medium', timeStyle: 'short' },
  second: { dateStyle: 'medium', timeStyle: 'medium' },
} satisfies Record<string, Intl.DateTimeFormatOptions>

export type TimeStyle = keyof typeof styles | 'relative'

/**
 * A moment in the viewer's zone and language; the tooltip has it to the second with its zone.
 *
 * @example
 * <Time at={conversation.updatedAt} as="relative" />
 */
export function Time({ at, as = 'minute' }: { at: string | number | Date; as?: TimeStyle }) {
  const locale = useLocale()
  const moment = new Date(at)
  const ago = Date.now() - moment.getTime()
  useTick(as === 'relative' && ago < 3_600_000)
  if (Number.isNaN(moment.getTime())) return null
  const zone = viewerZone()
  const text =
    as === 'relative'
      ? relative(locale, zone, moment, ago)
      : format(locale, zone, styles[as]).format(moment)
  const whole = format(locale, zone, {
    ...{ year: 'numeric', month: 'short', day: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' },
  })
  return (
    <time dateTime={moment.toISOString()} title={whole.format(moment)} data-numbers>
      {text}
    </time>
  )
}

/** Within a day as a distance, before that as a date. */
function relative(locale: Locale, zone: string, moment: Date, ago: number): string {
  const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const minutes = Math.round(ago / 60_000)
  if (Math.abs(minutes) < 1) return words.format(0, 'second')
  if (Math.abs(minutes) < 60) return words.format(-minutes, 'minute')
  if (Math.abs(minutes) < 24 * 60) return words.format(-Math.round(minutes / 60), 'hour')
  return format(locale, zone, styles.date).format(moment)
}

/** Draws again every half minute while a distance in minutes is shown. */
function useTick(on: boolean): void {
  const [, setTick] = useState(0)
  useEffect(() => {
    if (!on) return
    const timer = setInterval(() => setTick((n) => n + 1), 30_000)
    return () => clearInterval(timer)
  }, [on])
}
