import type { JobChange } from '../jobs/index.ts'
import type { AppRealtime, RealtimeDefinition } from '../realtime/index.ts'
import type { Services } from './services.ts'

/** The namespace of what belongs to no app. */
export const PLATFORM = 'minato'

/** Everybody has a room for the work that runs for them, and it is open to nobody else. */
export const platformRooms: RealtimeDefinition<Services> = {
  rooms: {
    jobs: { permission: 'signed-in', join: (_services, caller, id) => caller.userId === id },
  },
}

const PAUSE_MS = 250

/**
 * Tells owners what becomes of their jobs, each job at most four times a second: only where it
 * stands last matters. A message that is lost is made good by the page, which looks by itself.
 */
export function jobNews(live: Pick<AppRealtime, 'emit'>, pauseMs = PAUSE_MS) {
  const waiting = new Map<string, JobChange>()
  let timer: NodeJS.Timeout | undefined
  const flush = (): void => {
    timer = undefined
    for (const { ownerId, ...change } of waiting.values())
      live.emit(`jobs:${ownerId}`, 'job', change)
    waiting.clear()
  }
  return {
    tell(change: JobChange): void {
      waiting.set(change.id, change)
      timer ??= setTimeout(flush, pauseMs).unref()
    },
    close: () => clearTimeout(timer),
  }
}
