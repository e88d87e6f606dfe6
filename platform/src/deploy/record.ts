import { z } from 'zod'

export const COLORS = ['blue', 'green'] as const
export type Color = (typeof COLORS)[number]

/** The steps of a deploy in their order. */
export const STEPS = [
  'preflight',
  'backup',
  'migrate',
  'boot',
  'smoke',
  'switch',
  'drain',
  'watch',
  'contract',
  'finish',
] as const
export type StepName = (typeof STEPS)[number] | 'revert'

const bilingual = z.object({ en: z.string(), ja: z.string() })

const step = z.object({
  name: z.enum([...STEPS, 'revert']),
  state: z.enum(['running', 'done', 'failed', 'skipped']),
  startedAt: z.iso.datetime(),
  ms: z.number().nullable(),
  /** What was seen; never a secret. */
  evidence: bilingual.nullable(),
})

/** One deploy or rollback as it is kept in the journal, in the database and in reports. */
export const deployRecord = z.object({
  id: z.uuid(),
  kind: z.enum(['deploy', 'rollback']),
  /** The image that is put in service. */
  release: z.string(),
  color: z.enum(COLORS),
  previous: z.object({ release: z.string(), color: z.enum(COLORS) }),
  state: z.enum(['running', 'finished', 'reverted', 'refused']),
  reason: z.object({ code: z.string(), ...bilingual.shape }).nullable(),
  by: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  /** Migrations applied, as `owner/id`. */
  migrations: z.array(z.string()),
  /** Contract migrations of the new release, applied when the old one is gone. */
  contracts: z.array(z.string()),
  steps: z.array(step),
})

export type DeployRecord = z.infer<typeof deployRecord>
export type StepRecord = z.infer<typeof step>
/** What a step saw. */
export type Seen = { en: string; ja: string; skipped?: true }
export type Reason = NonNullable<DeployRecord['reason']>

export function otherColor(color: Color): Color {
  return color === 'blue' ? 'green' : 'blue'
}
