import type { Convert } from './convert.ts'
import type { ColumnRule, OnBad } from './map-schema.ts'
import type { SourceColumn, SourceTable } from './source-schema.ts'
import type { TargetColumn, TargetKey, TargetReference, TargetTable } from './target-schema.ts'

export type LinkedColumn = {
  source: SourceColumn
  target: TargetColumn
  rule: ColumnRule
  convert: Convert
  onBad: OnBad
}

/** A table of the file and the one its rows go to, with the conversion of each column. */
export type LinkedTable = {
  index: number
  source: SourceTable
  target: TargetTable
  columns: readonly LinkedColumn[]
  /** The same value in every row: columns the source does not have. */
  constants: readonly { target: TargetColumn; text: string | null }[]
  onBad: OnBad
  /** By which its rows are told apart: all of its columns come from the source and are never null. */
  key: TargetKey | undefined
  references: readonly LinkedReference[]
  mapHash: string
}

export type LinkedReference = {
  reference: TargetReference
  /** In the order of the reference's columns. */
  columns: readonly LinkedColumn[]
  /** The table of the file whose rows it points at; undefined: rows already in the database. */
  parent: string | undefined
}

export type Linked = {
  /** Parents before children. */
  tables: readonly LinkedTable[]
  skipped: readonly string[]
}
