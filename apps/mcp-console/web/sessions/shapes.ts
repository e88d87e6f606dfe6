export type Session = {
  id: string
  name: string
  image: string
  network: boolean
  mtls: boolean
  state: 'starting' | 'running' | 'ending' | 'ended' | 'failed'
  reason: string | null
  config: { timeoutSeconds: number; maxOutputBytes: number; idleMinutes: number }
  idleDeadline: string
  createdAt: string
}
export type SessionRun = {
  id: string
  exitCode: number | null
  output: string
  errorOutput: string
  truncated: boolean
  timedOut: boolean
  durationMs: number | null
}
