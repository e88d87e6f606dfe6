import { z } from 'zod'

const onBad = z.enum(['refuse', 'null', 'quarantine'])
const scalar = z.union([z.string(), z.number(), z.boolean()])

const columnRule = z.strictObject({
  /** The target column; the source's own name without it. */
  to: z.string().min(1).optional(),
  as: z
    .enum(['auto', 'unix-ms', 'unix-s', 'unix-us', 'iso', 'julian', 'hex', 'base64', 'utf8'])
    .optional(),
  /** What naive times are in: +09:00. */
  zone: z
    .string()
    .regex(/^([+-]\d\d:?\d\d|Z)$/, 'an offset such as +09:00')
    .optional(),
  /** Encoding of text that is not UTF-8. */
  encoding: z
    .string()
    .refine(isEncoding, 'an encoding such as shift_jis, euc-jp or windows-1252')
    .optional(),
  stripNul: z.boolean().optional(),
  trim: z.boolean().optional(),
  emptyAsNull: z.boolean().optional(),
  values: z.record(z.string(), scalar).optional(),
  default: scalar.optional(),
  round: z.boolean().optional(),
  /** Separator of a list in text; without it a list is JSON. */
  split: z.string().min(1).optional(),
  onBad: onBad.optional(),
})

/** `name`, `skip`, or everything about the column. */
const column = z.union([z.string().min(1), columnRule])

const table = z.union([
  z.literal('skip'),
  z.strictObject({
    to: z.string().min(1),
    columns: z.record(z.string(), column),
    /** Values of target columns that the source does not have. */
    defaults: z.record(z.string(), z.union([scalar, z.null()])).optional(),
    onBad: onBad.optional(),
  }),
])

/** The map file: which table and column goes where, and what becomes of what does not fit. */
export const mapSchema = z.strictObject({
  version: z.literal(1),
  onBad: onBad.optional(),
  tables: z.record(z.string(), table),
})

export type ImportMap = z.infer<typeof mapSchema>
export type ColumnRule = z.infer<typeof columnRule>
export type OnBad = z.infer<typeof onBad>

function isEncoding(label: string): boolean {
  try {
    return new TextDecoder(label, { fatal: true }).encoding !== ''
  } catch {
    return false
  }
}

/** What the map says of a table that it takes. */
export type TableEntry = Exclude<ImportMap['tables'][string], 'skip'>
