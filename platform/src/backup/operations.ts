import { z } from 'zod'
import { defineOperation } from '../cli/operation.ts'
import { EXTRA_NAMES } from './extra-parts.ts'

/** What `minato backup` and `minato drill` ask of the process that owns the database. */
export const backupOperations = [
  defineOperation({
    name: 'backup.create',
    input: z.object({
      reason: z.string().min(1).max(40),
      note: z.string().max(500),
      include: z.array(z.enum(EXTRA_NAMES)),
      to: z.string().max(2000).optional(),
    }),
    async run(services, { to, ...input }, { actor }) {
      const made = await services.backups.create({ ...input, ...(to === undefined ? {} : { to }) })
      const target = `backup:${made.id}`
      await services.audit.record({ actorId: actor.kind, action: 'backup.create', target })
      const { deleted } = await services.backups.expire()
      return { ...made, deleted }
    },
  }),
  defineOperation({
    name: 'backup.list',
    input: z.object({}),
    async run(services) {
      await services.backups.refresh()
      return { backups: await services.backups.list(), drills: await services.backups.drills() }
    },
  }),
  defineOperation({
    name: 'backup.drill',
    input: z.object({
      backupId: z.string().max(40).optional(),
      from: z.string().max(2000).optional(),
    }),
    async run(services, { backupId, from }, { actor }) {
      const drill = await services.backups.drill({
        ...(backupId === undefined ? {} : { backupId }),
        ...(from === undefined ? {} : { from }),
      })
      await services.audit.record({
        ...{ actorId: actor.kind, action: 'backup.drill' },
        ...(drill.backupId === null ? {} : { target: `backup:${drill.backupId}` }),
        metadata: { state: drill.state, errorCode: drill.errorCode },
      })
      return drill
    },
  }),
]
