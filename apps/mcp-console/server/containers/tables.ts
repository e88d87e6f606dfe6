import type { Generated } from 'kysely'
import type { ServerSpec } from './spec.ts'

/** What the console is doing with a container; what it does by itself is Docker's to say. */
export type ContainerState = 'installing' | 'ready' | 'removing'

export type ContainerTables = {
  'mcp_console.docker_instance': { only: boolean; id: string }
  'mcp_console.docker_doors': { id: string; url: string; started_at: Date; seen_at: Date }
  'mcp_console.containers': {
    id: Generated<string>
    owner_id: string
    name: string
    original_name: string
    docker_id: string | null
    image: string
    transport: ServerSpec['transport']
    delivery: ServerSpec['delivery']
    /** A ServerSpec: references, never values. */
    config: unknown
    has_secrets: boolean
    state: ContainerState
    job_id: string | null
    lease_until: Date | null
    created_at: Date
    updated_at: Date
  }
}
