import type { Words } from '../shapes.ts'

export type Deploy = {
  id: string
  kind: 'deploy' | 'rollback'
  release: string
  color: 'blue' | 'green'
  previous: { release: string; color: 'blue' | 'green' }
  state: 'running' | 'finished' | 'reverted' | 'refused'
  reason: (Words & { code: string }) | null
  by: string
  startedAt: string
  endedAt: string | null
  migrations: string[]
  steps: DeployStep[]
}

export type DeployStep = {
  name:
    | 'preflight'
    | 'backup'
    | 'migrate'
    | 'boot'
    | 'smoke'
    | 'switch'
    | 'drain'
    | 'watch'
    | 'contract'
    | 'finish'
    | 'revert'
  state: 'running' | 'done' | 'failed' | 'skipped'
  startedAt: string
  ms: number | null
  evidence: Words | null
}

export type Process = {
  id: string
  role: string
  release: string
  color: 'blue' | 'green' | null
  host: string
  pid: number
  startedAt: string
  seenAt: string
  alive: boolean
}
