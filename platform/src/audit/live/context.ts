import type { AppDefinition } from '../../app/define-app.ts'
import type { Services } from '../../app/services.ts'

/** What a live check looks at: the running system at its address, and the services behind it. */
export type LiveContext = {
  /**
   * Address of the system under test, without a trailing slash. Where it differs from PUBLIC_URL (a
   * proxy's name inside a network, a process behind it) requests still name the public host.
   */
  url: string
  services: Services
  apps: readonly AppDefinition[]
  root: string
  /** The port that takes plain http, where https is not at 443. */
  plainPort?: number
  /** How long unfinished requests may be waited for (default 65 s for headers, 130 s for bodies). */
  slowWithinMs?: number
  /** How long mail, jobs and errors may take to arrive (default 30 s). */
  arriveWithinMs?: number
}

/** How long a check waits for something to arrive. */
export const ARRIVE_WITHIN_MS = 30_000
