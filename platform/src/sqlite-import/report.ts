import type { Bilingual } from '../config/index.ts'
import type { OnBad } from './map-schema.ts'
import type { StorageClass } from './observe.ts'
import type { Reason } from './reasons.ts'

/** Values of one column that do not fit for one reason. */
export type BadGroup = {
  column: string
  reason: Reason
  policy: OnBad
  count: number
  /** The first of them: which row, and the beginning of the value. */
  examples: { row: string; value: string }[]
  detail: Bilingual
}

export type ColumnReport = {
  source: string
  declared: string
  types: Partial<Record<StorageClass, number>>
  target: string | null
  type: string | null
  as: string | null
}

export type ProofReport = {
  source: { rows: number; checksum: string }
  target: { rows: number; checksum: string }
  equal: boolean
}

export type TableReport = {
  source: string
  target: string
  found: number
  /** Written now; in a plan, what would be. */
  taken: number
  /** There already, and equal. */
  already: number
  /** Left out by the map's wish (quarantine). */
  left: number
  columns: ColumnReport[]
  bad: BadGroup[]
  /** Rows of the target with the key of a row of the file and other content. */
  differs: { count: number; examples: string[] }
  notes: Bilingual[]
  proof: ProofReport | null
}

export type SqliteReport = {
  file: { path: string; bytes: number; sha256: string }
  applied: boolean
  /** Something does not fit and the map does not say what becomes of it: nothing was written. */
  refused: boolean
  /** Counts and checksums of every table agree. Only ever true after applying. */
  proven: boolean
  skipped: string[]
  tables: TableReport[]
  /** File with every value that does not fit; null without any, or where none was asked for. */
  quarantine: string | null
  next: Bilingual[]
}
