import { z } from 'zod'
import { defineOperation } from '../cli/operation.ts'
import { auditSystem } from './audit.ts'
import { PHASES } from './define-check.ts'
import { auditErrors } from './errors.ts'
import { listRuns, readRun, saveRun } from './runs.ts'

/** What `minato audit` does: the same as the readiness page. */
export const auditOperations = [
  defineOperation({
    name: 'audit.run',
    input: z.object({
      phases: z.array(z.enum(PHASES)).min(1).max(PHASES.length),
      url: z.url({ protocol: /^https?$/ }).optional(),
    }),
    run: async (services, { phases, url }, { apps, root, actor }) => {
      const env = process.env
      const report = await auditSystem(services, { root, apps, env, phases, url })
      return { id: await saveRun(services.db, report, actor.name), report }
    },
  }),
  defineOperation({
    name: 'audit.history',
    input: z.object({ limit: z.number().int().min(1).max(500).default(30) }),
    run: async (services, { limit }) => await listRuns(services.db, limit),
  }),
  defineOperation({
    name: 'audit.show',
    input: z.object({ id: z.uuid().optional() }),
    run: async (services, { id }) => {
      const run = await readRun(services.db, id)
      if (run === undefined) throw auditErrors.AUDIT_RUN_UNKNOWN()
      return run
    },
  }),
]
