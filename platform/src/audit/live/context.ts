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
}
