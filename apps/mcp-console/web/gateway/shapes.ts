export type ProfileServer = {
  ref: string
  prefix: string
  enabled: boolean
  tools: string[] | null
}
export type Profile = {
  id: string
  name: string
  title: string
  enabled: boolean
  isDefault: boolean
  members: string[] | null
  callsPerMinute: number | null
  maxConcurrent: number | null
  timeoutMs: number | null
  maxOutputBytes: number | null
  servers: ProfileServer[]
  url: string
  updatedAt: string
}
export type Upstream = {
  ref: string
  name: string
  connected: boolean
  restsForMs: number
  error: string | null
}
type Definition = Record<string, unknown> | null
export type Pin = {
  server: string
  tool: string
  state: 'approved' | 'held'
  approved: Definition
  seen: Definition
  seenHash: string | null
  changedAt: string | null
}
export type Outcome = 'ok' | 'tool-error' | 'error' | 'timeout' | 'refused' | 'held'
export type Call = {
  id: number
  at: string
  server: string | null
  method: string
  name: string | null
  durationMs: number
  outcome: Outcome
  resultBytes: number
  masked: boolean
  truncated: boolean
}
