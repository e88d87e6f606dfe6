import type { Bilingual } from '../config/index.ts'

/** What `minato import` gives an app's importer. */
export type ImportInput = {
  /** Absolute path of the file; it is only ever read. */
  file: string
  /** False: plan, and change nothing. */
  apply: boolean
  /** Id of the user who is to own what has no owner. */
  ownerId: string | undefined
  /** Fernet keys (URL-safe base64) that open what the file holds encrypted, the newest first. */
  fernetKeys: readonly string[]
  /** Who runs it, for the audit log. */
  actor: string
}

/** One thing that stays behind, and why. `id` names it in the file; it is never a secret. */
export type ImportLeft = { id: string; reason: string; detail: Bilingual }

/** The account of one table: `found` is always the sum of the three others. */
export type ImportTable = {
  table: string
  found: number
  /** Taken over now; in a plan, what would be. */
  taken: number
  /** Taken over earlier. */
  already: number
  left: ImportLeft[]
}

export type ImportReport = {
  applied: boolean
  tables: ImportTable[]
  /** After applying: every row was looked for again, and what was counted is there. */
  proven: boolean
  /** What a person does next, in order; the last steps retire the file. */
  next: Bilingual[]
}

/** State of another system that an app can take over. May be run again: what is there is kept. */
export type StateImport<AppServices> = {
  title: Bilingual
  run(services: AppServices, input: ImportInput): Promise<ImportReport>
}
