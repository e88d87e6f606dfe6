import type { AppDefinition } from '../../app/define-app.ts'
import type { Services } from '../../app/services.ts'

/** What a live check looks at: the running system at its address, and the services behind it. */
export type LiveContext = {
  /** Address of the system under test, without a trailing slash. */
  url: string
  services: Services
  apps: readonly AppDefinition[]
  root: string
}
