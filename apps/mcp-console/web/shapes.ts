export type Words = { en: string; ja: string }
export type List<T> = { items: T[]; nextCursor: string | null }

export type Transport = 'stdio' | 'streamable-http' | 'sse'
export type Delivery = 'environment' | 'file'

export type CatalogInput = {
  name: string
  required: boolean
  secret: boolean
  description: string
  default?: string
  example?: string
  choices?: string[]
}
export type CatalogItem = {
  source: string
  id: string
  name: string
  title: string
  description: string
  version: string | null
  deprecated: boolean
  categories: string[]
  tags: string[]
  tools: string[]
  image: string | null
  installable: boolean
  whyNot?: Words & { reason: string }
  runner?: 'npm' | 'pypi'
  transport: Transport
  env: CatalogInput[]
  requiredSecrets: string[]
  ports: { container: number; protocol: 'tcp' | 'udp' }[]
  volumes: { source: string; target: string; readOnly: boolean; name: string }[]
  command: string[]
  networkDisabled: boolean
  httpPath?: string
  remoteUrl?: string
  links: { homepage?: string; repository?: string; icon?: string }
  publisher: string
  updatedAt: string | null
  leftOut: string[]
}
export type CatalogPage = {
  source: string
  items: CatalogItem[]
  total: number
  page: number
  pageSize: number
  pageCount: number
  categories: { id: string; label: Words; count: number }[]
  broken: { count: number; items: { id: string; problem: string }[] }
  complete: boolean
  stale: boolean
  fetchedAt: string
  warning: string | null
  retryAfterSeconds: number | null
}
export type CatalogSource = {
  id: string
  kind: 'docker' | 'registry'
  title: Words
  url: string | null
  builtIn: boolean
}

export type Spec = {
  name: string
  image: string
  transport: Transport
  port?: number
  path?: string
  command: string[]
  env: Record<string, string>
  ports: { container: number; host?: number }[]
  volumes: { source: string; target: string; readOnly: boolean }[]
  network: 'bridge' | 'none'
  limits: { memoryMb: number; cpus: number; pids: number }
  delivery: Delivery
  source?: string
  itemId?: string
}
export type Container = {
  id: string
  name: string
  originalName: string
  image: string
  transport: Transport
  delivery: Delivery
  hasSecrets: boolean
  state: string
  status: string
  dockerId: string | null
  ports: { container: number; host: number }[]
  ownerId: string
  jobId: string | null
  source: string | null
  itemId: string | null
  createdAt: string
  updatedAt: string
}
export type Accepted = { containerId: string; jobId: string }
export type Preflight = {
  ready: boolean
  items: { item: string; field: string; found: 'found' | 'no_item' | 'no_field' }[]
}

export type JobState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'
export type Job = {
  id: string
  name: string
  title: Words
  state: JobState
  progress: number
  message: Words | null
  timeline: { at: string; percent: number; message: Words | string }[]
  reason: string | null
  detail: Words | null
  attempts: number
  createdAt: string
  finishedAt: string | null
}

export type VaultItem = {
  id: string
  name: string
  fields: string[]
  createdAt: string
  updatedAt: string
}
export type VaultStatus = {
  open: boolean
  email: string | null
  openedAt: string | null
  server: string
}
