import { MinatoError } from '../errors/index.ts'
import { sanitize } from '../log/index.ts'
import type { BootContext } from './boot/context.ts'
import type { AnyCheck, Evidence, Outcome, Phase } from './define-check.ts'
import { PHASES } from './define-check.ts'
import type { LiveContext } from './live/context.ts'
import { isFinding, type Report, type Result, wordsOf } from './report.ts'
import { countsOf, scoreOf } from './score.ts'
import type { StaticContext } from './static/context.ts'
import { type Waivers, waiversCheck } from './waivers.ts'

/** What each phase looks at; a phase without its context is not run. */
export type Contexts = { static?: StaticContext; boot?: BootContext; live?: LiveContext }

export type AuditProgress = (done: number, total: number, current: AnyCheck) => Promise<void> | void

type AuditOptions = {
  checks: readonly AnyCheck[]
  contexts: Contexts
  waivers: Waivers
  release: string
  profile?: string
  clock?: () => number
  signal?: AbortSignal
  onProgress?: AuditProgress
}

const TIMEOUT_MS = 20_000
/** Live checks look at one system from outside: one must not disturb the next. */
const AT_ONCE: Readonly<Record<Phase, number>> = { static: 4, boot: 4, live: 1 }

/**
 * Runs every check of the phases whose context is given and sums them up. A check that throws or
 * takes too long is a finding, never a pass.
 *
 * @example
 * const report = await runAudit({ checks, contexts: { static: context }, waivers, release: '1.2.0' })
 * process.exitCode = report.results.some(isFinding) ? 1 : 0
 * @throws the reason of `signal` when it was aborted.
 */
export async function runAudit(options: AuditOptions): Promise<Report> {
  const { contexts, waivers, release, profile, clock = Date.now } = options
  const phases = PHASES.filter((phase) => contexts[phase] !== undefined)
  const startedAt = new Date(clock()).toISOString()
  const jobs = phases.map((phase) => options.checks.filter((check) => check.phase === phase))
  const total = jobs.flat().length + 1
  const results = [await evaluate(waiversCheck(waivers), undefined as never, options)]
  for (const [index, checks] of jobs.entries()) {
    const phase = phases[index] as Phase
    const found = await inTurn(checks, AT_ONCE[phase], async (check) => {
      options.signal?.throwIfAborted()
      await options.onProgress?.(results.length, total, check)
      const result = await evaluate(check, contexts[phase] as never, options)
      results.push(result)
      return result
    })
    // Told as they end, kept in the order of the list.
    results.splice(results.length - found.length, found.length, ...found)
  }
  const waived = results.map((result) => withWaiver(result, waivers))
  return {
    version: 1,
    startedAt,
    finishedAt: new Date(clock()).toISOString(),
    release,
    ...(profile === undefined ? {} : { profile }),
    phases,
    score: scoreOf(waived),
    scores: Object.fromEntries(
      phases.map((phase) => [phase, scoreOf(waived.filter((result) => result.phase === phase))]),
    ),
    counts: countsOf(waived),
    minutes: waived.filter(isFinding).reduce((sum, { minutes }) => sum + minutes, 0),
    results: waived,
  }
}

async function evaluate(
  check: AnyCheck,
  context: never,
  { signal }: AuditOptions,
): Promise<Result> {
  const startedAt = performance.now()
  const outcome = await settle(check, context, signal)
  const { evidence, ...rest } = outcome
  return {
    ...wordsOf(check),
    ...rest,
    evidence: clean(evidence),
    durationMs: Math.round(performance.now() - startedAt),
  }
}

async function settle(
  check: AnyCheck,
  context: never,
  outer: AbortSignal | undefined,
): Promise<Outcome & { unevaluated?: true }> {
  const timeoutMs = check.timeoutMs ?? TIMEOUT_MS
  const late = new AbortController()
  // Not unreferenced: a check that waits for nothing must not end the process unanswered.
  const timer = setTimeout(() => late.abort(), timeoutMs)
  const signal = outer === undefined ? late.signal : AbortSignal.any([late.signal, outer])
  try {
    const ended = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
    // The check goes on alone when its time is over; what it says then counts no more.
    const work = Promise.resolve().then(() => check.run(context, signal))
    return await Promise.race([work, ended])
  } catch (error) {
    outer?.throwIfAborted()
    const reason = late.signal.aborted ? `no answer within ${timeoutMs / 1000} s` : messageOf(error)
    return {
      status: 'fail',
      unevaluated: true,
      evidence: {
        en: `Could not be evaluated: ${reason}`,
        ja: `検査を実行できませんでした: ${reason}`,
      },
    }
  } finally {
    clearTimeout(timer)
  }
}

function messageOf(error: unknown): string {
  if (error instanceof MinatoError) return `${error.detail.en} [${error.code}]`
  return error instanceof Error ? error.message : String(error)
}

const MAX_EVIDENCE = 2000

/** Whatever a check quotes, no secret gets into a report. */
function clean(evidence: Evidence): { en: string; ja: string } {
  const tidy = (text: string) => sanitize(text.slice(0, MAX_EVIDENCE))
  return typeof evidence === 'string'
    ? { en: tidy(evidence), ja: tidy(evidence) }
    : { en: tidy(evidence.en), ja: tidy(evidence.ja) }
}

/** A check that could not be evaluated is not what its owner accepted. */
function withWaiver(result: Result, { active }: Waivers): Result {
  const found = active.get(result.id)
  if (found === undefined || result.status !== 'fail' || result.unevaluated === true) return result
  const { owner, reason, expires } = found
  return { ...result, waiver: { owner, reason, expires } }
}

async function inTurn<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const queue = items.entries()
  const lane = async () => {
    for (const [index, item] of queue) results[index] = await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return results
}
