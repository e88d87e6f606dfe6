export type List<T> = { items: T[]; nextCursor: string | null }
export type Role = 'user' | 'operator' | 'admin'
export type Words = { en: string; ja: string }

export type User = {
  id: string
  email: string
  name: string
  roles: Role[]
  status: 'active' | 'disabled'
  emailVerified: boolean
  twoFactorEnabled: boolean
  createdAt: string
  lastSignInAt: string | null
}
export type UserSession = {
  id: string
  createdAt: string
  lastActiveAt: string
  ip: string | null
  userAgent: string | null
}
export type UserKey = {
  id: string
  name: string
  prefix: string
  scopes: string[] | null
  createdAt: string
  expiresAt: string
  lastUsedAt: string | null
}
export type WholeUser = User & { sessions: UserSession[]; keys: UserKey[] }

export type Invitation = {
  id: string
  email: string
  role: Role
  createdAt: string
  expiresAt: string
  state: 'open' | 'accepted' | 'revoked' | 'expired'
}

export type Permission = {
  name: string
  app: string
  title: Words
  defaults: Record<Role, boolean>
  effective: Record<Role, boolean>
}

export type AuditEntry = {
  id: number
  at: string
  actorId: string | null
  actorEmail: string | null
  action: string
  target: string | null
  ip: string | null
  requestId: string | null
  metadata: Record<string, unknown> | null
}

export type OutboxMail = {
  id: string
  to: string
  template: string
  locale: 'ja' | 'en'
  state: 'queued' | 'sending' | 'sent' | 'failed' | 'suppressed'
  attempts: number
  reason: string | null
  createdAt: string
  settledAt: string | null
  nextAttemptAt: string | null
}
export type Suppression = {
  address: string
  reason: 'bounce' | 'complaint' | 'manual'
  createdAt: string
}
export type SandboxMail = {
  id: string
  receivedAt: string
  from: string
  to: string
  subject: string
  attachments: number
}
export type WholeMail = Omit<SandboxMail, 'attachments'> & {
  envelope: { from: string; to: string[] }
  headers: { name: string; value: string }[]
  text: string
  html: string | null
  attachments: { index: number; filename: string | null; mediaType: string; byteLength: number }[]
}

export type ErrorGroup = {
  fingerprint: string
  name: string
  message: string
  source: string
  route: string | null
  stack: string
  count: number
  users: number
  firstSeen: string
  lastSeen: string
  lastRelease: string
  lastRequestId: string | null
  resolvedAt: string | null
}

export type UsageRow = {
  key: string
  label: string
  calls: number
  failed: number
  inputTokens: number
  outputTokens: number
  costUsd: number
  unpriced: number
  p50FirstTokenMs: number | null
  p95DurationMs: number | null
}
export type Usage = List<UsageRow> & { from: string; to: string }
export type Call = {
  id: number
  at: string
  user: string
  app: string
  purpose: string
  lane: string | null
  model: string
  inputTokens: number
  outputTokens: number
  costUsd: number
  priceKnown: boolean
  durationMs: number
  outcome: string
}
export type LaneName = 'lite' | 'main' | 'pro'
export type Lane = {
  lane: LaneName
  model: string
  fallback: string | null
  files: boolean
  images: boolean
  contextTokens: number
  maxOutputTokens: number
  source: 'configuration' | 'operator'
  updatedAt: string | null
}
export type Models = List<{ id: string; lanes: LaneName[]; priced: boolean }> & {
  server: string[] | null
}
export type LlmNotice = { kind: string; since: string }
export type Probe = {
  accepted: boolean | null
  modelExists: boolean | null
  quotaLeft: boolean | null
  model: string | null
  code: string | null
  detail: Words
}
export type Amount = number | 'none' | null
export type Cap = { userId: string; user: string; usd: Amount; tokens: Amount; updatedAt: string }
export type Prompt = {
  name: string
  version: number
  template: string
  builtIn: string
  inputs: string[]
  cases: number
  override: { at: string; diff: string; outdated: boolean } | null
}
export type PromptChange = {
  at: string
  by: string
  diff: string
  baseVersion: number
  withdrawnAt: string | null
}
export type Evaluation = {
  passed: number
  total: number
  cases: {
    input: unknown
    expected: string
    output: string
    passed: boolean
    error: string | null
  }[]
}

export type Scenario = { name: string; title: Words }
export type SandboxService = {
  service: string
  title: Words
  scenarios: Scenario[]
  active: { scenario: string; remaining: number | null }
}
export type SandboxState = List<SandboxService> & { state: Record<string, number> }
export type SeenRequest = {
  id: number
  at: string
  service: string
  method: string
  path: string
  scenario: string
  status: number | null
  outcome: 'running' | 'completed' | 'failed' | 'aborted'
  detail: Record<string, unknown>
}
