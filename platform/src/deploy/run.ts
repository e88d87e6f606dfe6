import { randomUUID } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import { MinatoError } from '../errors/index.ts'
import { deployErrors } from './errors.ts'
import type { Half, Host } from './host.ts'
import type { Journal } from './journal.ts'
import type { DeployRecord, Reason, Seen, StepName, StepRecord } from './record.ts'
import type { Limits } from './watch.ts'

/** What a deploy is given; time and randomness are passed in, so that tests need no waiting. */
export type Tools = {
  host: Host
  journal: Journal
  limits: Limits
  /** How long the new release may take to get ready. */
  readyMs: number
  /** Tells the database; best effort, the journal is the truth on the host. */
  save(record: DeployRecord): void
  /** One line to the person who watches. */
  say(line: string): void
  signal: AbortSignal
  wait(ms: number): Promise<void>
  now(): number
}

export type DeployRequest = {
  kind: DeployRecord['kind']
  release: string
  /** Why the audit, or the backup, is left out this time. */
  skipAudit?: string | undefined
  skipBackup?: string | undefined
}

/** One deploy under way. */
export type Run = {
  tools: Tools
  request: DeployRequest
  record: DeployRecord
  /** The half in service when it began, and the one that is to be. */
  blue: Half
  green: Half
  /** How the old release fared until the switch. */
  baseline?: { errorShare: number; p95Ms: number | undefined }
}

/** A new record, or the one that an interrupted deploy left. */
export function beginRun(
  tools: Tools,
  request: DeployRequest,
  halves: Pick<Run, 'blue' | 'green'>,
  found?: DeployRecord,
): Run {
  const record: DeployRecord = found ?? {
    id: randomUUID(),
    kind: request.kind,
    release: request.release,
    color: halves.green.color,
    previous: halves.blue,
    state: 'running',
    reason: null,
    by: tools.host.by,
    startedAt: new Date(tools.now()).toISOString(),
    endedAt: null,
    migrations: [],
    contracts: [],
    steps: [],
  }
  return { tools, request, record, ...halves }
}

/** Writes the record where it must survive the deployer, and where people look. */
export function remember({ tools, record }: Run): void {
  tools.journal.write(record)
  tools.save(structuredClone(record))
}

/**
 * Runs one step: written down before it begins, so that a killed deployer's successor knows where it
 * was, and after it ended, with its duration and what was seen.
 */
export async function runStep(run: Run, name: StepName, work: () => Promise<Seen>): Promise<void> {
  const { tools, record } = run
  if (name !== 'revert' && tools.signal.aborted) {
    throw deployErrors.DEPLOY_INTERRUPTED({ step: name })
  }
  const startedAt = tools.now()
  const step: StepRecord = {
    name,
    state: 'running',
    startedAt: new Date(startedAt).toISOString(),
    ms: null,
    evidence: null,
  }
  record.steps.push(step)
  remember(run)
  const end = (state: StepRecord['state'], { en, ja }: Seen) => {
    Object.assign(step, { state, evidence: { en, ja }, ms: Math.round(tools.now() - startedAt) })
    remember(run)
    tools.say(`${mark(state)} ${name.padEnd(9)} ${seconds(step.ms ?? 0)}  ${en}`)
  }
  try {
    const seen = await work()
    end(seen.skipped === true ? 'skipped' : 'done', seen)
  } catch (error) {
    const known = explain(error, tools.signal.aborted ? name : undefined)
    end('failed', known.detail)
    throw known
  }
}

export function endRun(
  run: Run,
  state: DeployRecord['state'],
  reason: Reason | null,
): DeployRecord {
  Object.assign(run.record, {
    state,
    reason,
    endedAt: new Date(run.tools.now()).toISOString(),
  })
  remember(run)
  return run.record
}

export function reasonOf(error: MinatoError): Reason {
  return { code: error.code, en: error.detail.en, ja: error.detail.ja }
}

/** Every failure has a code and a sentence; an abort is told as what it was. */
export function explain(error: unknown, interruptedIn?: StepName): MinatoError {
  if (interruptedIn !== undefined) {
    return deployErrors.DEPLOY_INTERRUPTED({ step: interruptedIn }, { cause: error })
  }
  if (error instanceof MinatoError) return error
  const reason = error instanceof Error ? error.message : String(error)
  return deployErrors.DEPLOY_STACK({ reason }, { cause: error })
}

function mark(state: StepRecord['state']): string {
  return { done: '✔', failed: '✖', skipped: '–', running: '…' }[state]
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`.padStart(7)
}

/** The account and machine a deploy is recorded with. */
export function deployer(env: Record<string, string | undefined>): string {
  return `${env['SUDO_USER'] ?? userInfo().username}@${hostname()}`
}
