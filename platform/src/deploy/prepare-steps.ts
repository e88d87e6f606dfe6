import { z } from 'zod'
import { deployErrors } from './errors.ts'
import type { Ran } from './host.ts'
import type { Run } from './run.ts'

/** Steps before anything of the new release runs for longer than a command. */

const plan = z.object({
  pending: z.array(
    z.object({ owner: z.string(), id: z.string(), kind: z.enum(['expand', 'contract']) }),
  ),
  faults: z.array(z.object({ en: z.string(), ja: z.string() })).default([]),
})
const audit = z.object({
  results: z.array(
    z.object({ id: z.string(), status: z.string(), waiver: z.unknown().optional() }),
  ),
})
const applied = z.object({ applied: z.array(z.object({ owner: z.string(), id: z.string() })) })

/** What the new release would migrate, and whether that may be now. Changes nothing. */
export async function preflight(run: Run): Promise<string> {
  const { tools, green, blue, request } = run
  if (!(await tools.host.has(green.release))) {
    throw deployErrors.DEPLOY_IMAGE_UNKNOWN({ image: green.release })
  }
  const args = ['migrate', '--plan', '--json', '--serving', blue.release]
  const ran = await tools.host.once(green, args)
  if (ran.code !== 0) throw deployErrors.DEPLOY_MIGRATE_FAILED({ reason: lastLine(ran) })
  const { pending, faults } = plan.parse(lastJson(ran.stdout))
  if (faults.length > 0) {
    const reason = faults.map(({ en }) => en).join('; ')
    throw deployErrors.DEPLOY_CONTRACT_TOO_EARLY({ reason })
  }
  run.record.contracts = pending
    .filter(({ kind }) => kind === 'contract')
    .map(({ owner, id }) => `${owner}/${id}`)
  const expand = pending.length - run.record.contracts.length
  const migrations = `${expand} expand and ${run.record.contracts.length} contract migrations pending`
  if (request.skipAudit !== undefined) return `${migrations}; audit left out: ${request.skipAudit}`
  return `${migrations}; ${await auditNow(run)}`
}

async function auditNow({ tools, green }: Run): Promise<string> {
  const ran = await tools.host.once(green, ['audit', '--phase', 'boot', '--json'])
  if (ran.code === 0) return 'audit without findings'
  if (ran.code !== 1) throw deployErrors.DEPLOY_AUDIT_FAILED({ findings: lastLine(ran) })
  const { results } = audit.parse(lastJson(ran.stdout))
  const findings = results
    .filter(({ status, waiver }) => status === 'fail' && waiver === undefined)
    .map(({ id }) => id)
  throw deployErrors.DEPLOY_AUDIT_FAILED({ findings: findings.join(', ') })
}

/** A marked backup by the release that serves: to come back to when all else fails. */
export async function backup({ tools, blue, request }: Run): Promise<string> {
  if (request.skipBackup !== undefined) return `skipped: ${request.skipBackup}`
  const ran = await tools.host.once(blue, ['backup', '--reason', 'deploy', '--json'])
  if (ran.code !== 0) throw deployErrors.DEPLOY_BACKUP_FAILED({ reason: lastLine(ran) })
  return lastLine({ ...ran, stderr: '' }).slice(0, 300) || 'made'
}

/** Only what the running release can live with. */
export async function migrateExpand(run: Run): Promise<string> {
  const { tools, green, blue } = run
  const args = ['migrate', '--only', 'expand', '--json', '--serving', blue.release]
  return await applyMigrations(run, await tools.host.once(green, args))
}

/** When nobody needs the old shape any more. */
export async function migrateContract(run: Run): Promise<string> {
  if (run.record.contracts.length === 0) return 'skipped: none in this release'
  const args = ['migrate', '--json', '--serving', run.blue.release]
  return await applyMigrations(run, await run.tools.host.once(run.green, args))
}

async function applyMigrations(run: Run, ran: Ran): Promise<string> {
  if (ran.code !== 0) throw deployErrors.DEPLOY_MIGRATE_FAILED({ reason: lastLine(ran) })
  const names = applied.parse(lastJson(ran.stdout)).applied.map(({ owner, id }) => `${owner}/${id}`)
  run.record.migrations.push(...names)
  return names.length === 0 ? 'up to date' : names.join(', ')
}

/** Commands print one line of JSON; what came before it is the log's. */
export function lastJson(stdout: string): unknown {
  const line = stdout.trimEnd().split('\n').at(-1) ?? ''
  try {
    return JSON.parse(line)
  } catch (error) {
    const reason = `a command of the image answered "${line.slice(0, 200)}" instead of JSON`
    throw deployErrors.DEPLOY_STACK({ reason }, { cause: error })
  }
}

export function lastLine({ stdout, stderr }: Pick<Ran, 'stdout' | 'stderr'>): string {
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '')
  return (lines.at(-1) ?? 'it said nothing').slice(0, 500)
}
