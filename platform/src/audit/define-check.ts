import type { Bilingual } from '../config/index.ts'
import type { BootContext } from './boot/context.ts'
import type { LiveContext } from './live/context.ts'
import type { StaticContext } from './static/context.ts'

/** static: files only; boot: the parsed configuration and the database; live: the running system from outside. */
export type Phase = 'static' | 'boot' | 'live'
export const PHASES = ['static', 'boot', 'live'] as const satisfies readonly Phase[]

export type Severity = 'critical' | 'high' | 'medium' | 'low'
export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const

/** Where the fault is: at least one of these helps a person to find it. */
export type Place = { file?: string; line?: number; variable?: string; url?: string }

/** What was seen; never a secret. A plain text stands for both languages. */
export type Evidence = string | Bilingual

/**
 * What a check found. `skip` says why it could not be looked at here, and counts as unproven: what
 * does not apply (no Redis in use, say) is a pass whose evidence says so.
 */
export type Outcome =
  | { status: 'pass'; evidence: Evidence }
  | { status: 'fail'; evidence: Evidence; place?: Place }
  | { status: 'skip'; evidence: Evidence }

export type Check<P extends Phase, C> = {
  /** `<concern>.<what>`: stable, since waivers name it. */
  id: string
  phase: P
  severity: Severity
  /** What must hold. */
  title: Bilingual
  why: Bilingual
  mend: Bilingual
  /** How long mending takes somebody who knows the system. */
  minutes: number
  /** Lines of the go-live checklists this check stands for. */
  seeds?: readonly string[]
  /** Default 20 s; then it counts as not evaluated, which is a finding. */
  timeoutMs?: number
  run(context: C, signal: AbortSignal): Promise<Outcome> | Outcome
}

export type StaticCheck = Check<'static', StaticContext>
export type BootCheck = Check<'boot', BootContext>
export type LiveCheck = Check<'live', LiveContext>
export type AnyCheck = StaticCheck | BootCheck | LiveCheck

const ID = /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/

/**
 * One thing that must hold before people rely on the system.
 *
 * @example
 * export const carriers = defineCheck({
 *   id: 'shop.carriers',
 *   phase: 'boot',
 *   severity: 'high',
 *   title: { en: 'A carrier is set up', ja: '運送会社が設定されている' },
 *   why: { en: 'Orders cannot be shipped.', ja: '注文を出荷できません。' },
 *   mend: { en: 'Set SHOP_CARRIER.', ja: 'SHOP_CARRIER を設定します。' },
 *   minutes: 10,
 *   run: ({ services }) => pass('yamato'),
 * })
 * @throws {Error} when the id is not of the agreed form or the minutes are not positive.
 */
export function defineCheck<C extends AnyCheck>(check: C): C {
  if (!ID.test(check.id)) throw new Error(`Check id "${check.id}" must be <concern>.<what>.`)
  if (!(check.minutes > 0)) throw new Error(`Check "${check.id}": minutes must be positive.`)
  return Object.freeze(check)
}

/** It holds; the evidence says what was seen. */
export function pass(en: string, ja?: string): Outcome {
  return { status: 'pass', evidence: ja === undefined ? en : { en, ja } }
}

/** It does not hold. */
export function fail(evidence: Evidence, place?: Place): Outcome {
  return place === undefined ? { status: 'fail', evidence } : { status: 'fail', evidence, place }
}

/** It cannot be looked at here, and why. */
export function skip(en: string, ja?: string): Outcome {
  return { status: 'skip', evidence: ja === undefined ? en : { en, ja } }
}
