import { z } from 'zod'
import { deployErrors } from './errors.ts'
import type { Ran } from './host.ts'
import type { Seen } from './record.ts'
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
    z.object({
      id: z.string(),
      status: z.string(),
      waiver: z.unknown().optional(),
      unevaluated: z.boolean().optional(),
    }),
  ),
})
const made = z.object({ id: z.string() })
const applied = z.object({ applied: z.array(z.object({ owner: z.string(), id: z.string() })) })

/** What the new release would migrate, and whether that may be now. Changes nothing. */
export async function preflight(run: Run): Promise<Seen> {
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
  const contract = run.record.contracts.length
  const left = request.skipAudit
  if (left === undefined) await refuseFindings(run, expand > 0)
  return {
    en: `${expand} expand and ${contract} contract migrations pending; ${left === undefined ? 'audit without findings' : `audit left out: ${left}`}`,
    ja: `未適用のマイグレーション: expand ${expand} 件、contract ${contract} 件。${left === undefined ? '監査の指摘なし' : `監査を省略: ${left}`}`,
  }
}

/** What this very deploy settles. */
const SETTLED = ['data.migrations', 'data.contract-migrations', 'deploy.last']

async function refuseFindings({ tools, green }: Run, migrates: boolean): Promise<void> {
  const ran = await tools.host.once(green, ['audit', '--phase', 'boot', '--json'])
  if (ran.code === 0) return
  if (ran.code !== 1) throw deployErrors.DEPLOY_AUDIT_FAILED({ findings: lastLine(ran) })
  const { results } = audit.parse(lastJson(ran.stdout))
  const findings = results
    .filter(({ status, waiver }) => status === 'fail' && waiver === undefined)
    // The new release's checks may look for tables that its migrations are about to make.
    .filter(({ id, unevaluated }) => !SETTLED.includes(id) && !(migrates && unevaluated === true))
    .map(({ id }) => id)
  if (findings.length > 0) {
    throw deployErrors.DEPLOY_AUDIT_FAILED({ findings: findings.join(', ') })
  }
}

/** A marked backup by the release that serves: to come back to when all else fails. */
export async function backup({ tools, blue, request }: Run): Promise<Seen> {
  const left = request.skipBackup
  if (left !== undefined) return { en: left, ja: left, skipped: true }
  const ran = await tools.host.once(blue, ['backup', '--reason', 'deploy', '--json'])
  if (ran.code !== 0) throw deployErrors.DEPLOY_BACKUP_FAILED({ reason: lastLine(ran) })
  const { id } = made.parse(lastJson(ran.stdout))
  return { en: `made: ${id}`, ja: `作成しました: ${id}` }
}

/** Only what the running release can live with. */
export async function migrateExpand(run: Run): Promise<Seen> {
  const { tools, green, blue } = run
  const args = ['migrate', '--only', 'expand', '--json', '--serving', blue.release]
  return await applyMigrations(run, await tools.host.once(green, args))
}

/** When nobody needs the old shape any more. */
export async function migrateContract(run: Run): Promise<Seen> {
  if (run.record.contracts.length === 0) {
    return { en: 'none in this release', ja: 'このリリースにはありません', skipped: true }
  }
  const args = ['migrate', '--json', '--serving', run.blue.release]
  return await applyMigrations(run, await run.tools.host.once(run.green, args))
}

async function applyMigrations(run: Run, ran: Ran): Promise<Seen> {
  if (ran.code !== 0) throw deployErrors.DEPLOY_MIGRATE_FAILED({ reason: lastLine(ran) })
  const names = applied.parse(lastJson(ran.stdout)).applied.map(({ owner, id }) => `${owner}/${id}`)
  run.record.migrations.push(...names)
  const list = names.join(', ')
  return names.length === 0 ? { en: 'up to date', ja: '最新です' } : { en: list, ja: list }
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
