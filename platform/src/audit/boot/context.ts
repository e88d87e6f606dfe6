import type { AppDefinition } from '../../app/define-app.ts'
import type { Services } from '../../app/services.ts'

/** What a boot check looks at: the parsed configuration and everything made from it. */
export type BootContext = { services: Services; apps: readonly AppDefinition[]; root: string }
