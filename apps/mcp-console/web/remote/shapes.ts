export type RemoteServer = {
  id: string
  name: string
  url: string
  enabled: boolean
  state: 'new' | 'connected' | 'authorization-required' | 'failed'
  reason: string | null
  server: { name: string; version: string } | null
  authorized: boolean
  headers: { name: string; scheme: string | null; value: string }[]
  tokenExpiresAt: string | null
}
export type Greeting = { tools: { name: string }[]; latencyMs: number }
export type Host = { pattern: string; fixed: boolean; addedAt: string | null }
