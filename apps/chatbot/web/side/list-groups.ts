import type { Conversation } from '../shapes.ts'

export type GroupName = 'pinned' | 'today' | 'yesterday' | 'week' | 'earlier'
export type Group = { name: GroupName; items: Conversation[] }

/** By day in the viewer's zone, in the order they come: pinned first, then the newest. */
export function groupByDay(
  conversations: readonly Conversation[],
  now: number,
  zone: string,
): Group[] {
  const groups: Group[] = []
  for (const conversation of conversations) {
    const name = conversation.pinned ? 'pinned' : dayName(conversation.updatedAt, now, zone)
    const last = groups.at(-1)
    if (last?.name === name) last.items.push(conversation)
    else groups.push({ name, items: [conversation] })
  }
  return groups
}

function dayName(at: string, now: number, zone: string): GroupName {
  const days = dayNumber(now, zone) - dayNumber(Date.parse(at), zone)
  if (days <= 0) return 'today'
  if (days === 1) return 'yesterday'
  return days < 7 ? 'week' : 'earlier'
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Days since 1970 on the calendar of that zone. */
function dayNumber(at: number, zone: string): number {
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('en-CA', { timeZone: zone })
  formats.set(zone, format)
  return Date.parse(`${format.format(at)}T00:00:00Z`) / 86_400_000
}
