import { z } from 'zod'
import { defineOperation } from '../cli/operation.ts'
import { listProcesses } from './processes.ts'
import { deployRecord } from './record.ts'
import { listDeploys, recordDeploy } from './store.ts'

/** What `minato deploys` asks of the running server. */
export const deployOperations = [
  defineOperation({
    name: 'deploys.record',
    input: deployRecord,
    run: async ({ db, audit }, record, { actor }) => {
      await recordDeploy(db, record)
      if (record.endedAt === null) return null
      await audit.record({
        actorId: actor.kind,
        action: `deploy.${record.state}`,
        target: record.release,
        metadata: { by: record.by, kind: record.kind, id: record.id },
      })
      return null
    },
  }),
  defineOperation({
    name: 'deploys.list',
    input: z.object({ limit: z.number().int().min(1).max(200).default(20) }),
    run: async ({ db }, { limit }) => (await listDeploys(db, { limit })).items,
  }),
  defineOperation({
    name: 'deploys.processes',
    input: z.object({}),
    run: async (services) => await listProcesses(services),
  }),
]
