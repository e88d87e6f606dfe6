/** A profile as the gateway uses it: which servers, under which names, within which limits. */
export type Limits = {
  callsPerMinute: number | null
  maxConcurrent: number | null
}

export type ProfileServer = {
  ref: string
  prefix: string
  enabled: boolean
  tools: string[] | null
}

export type ProfileKey = Limits & { keyId: string; tools: string[] | null }

export type Profile = Limits & {
  id: string
  name: string
  title: string
  enabled: boolean
  isDefault: boolean
  members: string[] | null
  timeoutMs: number | null
  maxOutputBytes: number | null
  servers: ProfileServer[]
  keys: ProfileKey[]
  updatedAt: Date
}
