import type { AppDefinition } from '../app/define-app.ts'
import type { Services } from '../app/services.ts'
import type { Environment } from '../config/index.ts'
import type { AnyCheck, Phase, StaticCheck } from './define-check.ts'
import type { Report } from './report.ts'
import { type AuditProgress, runAudit } from './run.ts'
import { DEFAULT_WAIVERS, readWaivers } from './waivers.ts'

type Asked = {
  root: string
  apps: readonly AppDefinition[]
  env: Environment
  phases: readonly Phase[]
  signal?: AbortSignal
  onProgress?: AuditProgress
}

/**
 * Audits the files alone: no configuration, no database, no network.
 *
 * @example const report = await auditFiles({ root, apps, env: process.env, phases: ['static'], release })
 */
export async function auditFiles(options: Asked & { release: string }): Promise<Report> {
  const { root, apps, env } = options
  const { allChecks, openStaticContext, checksFromBuild } = await load()
  const files = await openStaticContext({ root, env, apps })
  const checks = withBuild(allChecks(apps), await checksFromBuild(files.files))
  return await runAudit({
    ...options,
    checks,
    contexts: { static: files },
    waivers: await waiversOf(root, env['AUDIT_WAIVERS'] || DEFAULT_WAIVERS, checks, Date.now()),
  })
}

/** An image does not carry what it was made of; what its build saw stands for it. */
function withBuild(known: AnyCheck[], built: StaticCheck[] | undefined): AnyCheck[] {
  return built === undefined
    ? known
    : [...built, ...known.filter(({ phase }) => phase !== 'static')]
}

/**
 * Audits the system these services belong to, at its public address unless another is given.
 *
 * @example const report = await auditSystem(services, { root, apps, env: process.env, phases: PHASES })
 */
export async function auditSystem(
  services: Services,
  options: Asked & { url?: string | undefined },
): Promise<Report> {
  const { root, apps, env, phases } = options
  const { allChecks, openStaticContext, checksFromBuild, leaveSystem } = await load()
  const known = allChecks(apps)
  const has = (phase: Phase) => phases.includes(phase)
  const url = (options.url ?? services.publicUrl).replace(/\/+$/, '')
  const { waivers } = services.config.audit
  const live = { url, services, apps, root }
  const files = has('static') ? await openStaticContext({ root, env, apps }) : undefined
  const built = files === undefined ? undefined : await checksFromBuild(files.files)
  const checks = withBuild(known, built)
  return await runAudit({
    ...options,
    checks,
    contexts: {
      ...(files === undefined ? {} : { static: files }),
      ...(has('boot') ? { boot: { services, apps, root } } : {}),
      ...(has('live') ? { live } : {}),
    },
    waivers: await waiversOf(root, waivers, checks, services.clock()),
    release: services.version,
    profile: services.profile,
    clock: services.clock,
  }).finally(async () => await leaveSystem(live))
}

/** Loaded when an audit is asked for: a server that starts must not wait for hundreds of texts. */
async function load() {
  const [{ allChecks }, { openStaticContext }, { checksFromBuild }, { leaveSystem }] =
    await Promise.all([
      import('./checks.ts'),
      import('./static/context.ts'),
      import('./static/from-build.ts'),
      import('./live/visit.ts'),
    ])
  return { allChecks, openStaticContext, checksFromBuild, leaveSystem }
}

async function waiversOf(
  root: string,
  file: string,
  checks: readonly { id: string }[],
  now: number,
) {
  const ids = new Set([...checks.map(({ id }) => id), 'audit.waivers'])
  return await readWaivers(root, file, new Date(now), ids)
}
