import { z } from 'zod'
import type { SqliteReport } from '../sqlite-import/index.ts'
import { defineOperation } from './operation.ts'

const path = z.string().startsWith('/').max(4096)
const name = z.string().max(100)

/** For the embedded database, which only the server that owns it can write to. */
export const sqliteOperations = [
  defineOperation({
    name: 'import.sqlite',
    input: z.object({
      file: path,
      app: name,
      map: z.object({ name: z.string().max(4096), text: z.string() }),
      apply: z.boolean(),
      quarantine: path.optional(),
    }),
    async run(services, { quarantine, ...input }, { apps, actor }): Promise<SqliteReport> {
      // Loaded when asked for: no server needs it otherwise.
      const { importIntoApp } = await import('../sqlite-import/index.ts')
      return await importIntoApp(services, apps, { ...input, quarantine, actor: actor.name })
    },
  }),
  defineOperation({
    name: 'import.sqlite.suggest',
    input: z.object({ file: path, app: name }),
    async run(services, input, { apps }): Promise<string> {
      const { suggestForApp } = await import('../sqlite-import/index.ts')
      return await suggestForApp(services, apps, input)
    },
  }),
]
