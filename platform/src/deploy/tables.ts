import type { ColumnType } from 'kysely'
import type { Color, DeployRecord, Reason, StepRecord } from './record.ts'

export type DeployTables = {
  'minato.deploys': {
    id: string
    kind: DeployRecord['kind']
    release: string
    color: Color
    previous_release: string
    previous_color: Color
    state: DeployRecord['state']
    reason: ColumnType<Reason | null, string | null, string | null>
    deployed_by: string
    started_at: Date
    ended_at: Date | null
    migrations: string[]
    contracts: string[]
    steps: ColumnType<StepRecord[], string, string>
  }
  'minato.processes': {
    id: string
    role: string
    release: string
    color: Color | null
    host: string
    pid: number
    started_at: Date
    seen_at: Date
  }
}
