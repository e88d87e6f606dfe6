export type Document = {
  version?: string
  servers?: { name: string; server: string; enabled?: boolean; [key: string]: unknown }[]
  settings?: Record<string, unknown>
  [key: string]: unknown
}
export type VersionSummary = {
  version: number
  note: string
  restoredFrom: number | null
  author: string | null
  createdAt: string | null
}
export type Version = VersionSummary & { document: Document }
type Problem = { path: string; code: string; message: string }
export type Checked = {
  valid: boolean
  errors: Problem[]
  warnings: Problem[]
  references: { item: string; field: string }[]
}
export type Diff = {
  from: number
  to: number
  changes: {
    path: string
    kind: 'added' | 'removed' | 'changed'
    before?: unknown
    after?: unknown
  }[]
}
