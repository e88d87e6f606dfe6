import { z } from 'zod'
import { handoverFacts } from './handover/facts.ts'
import { defineOperation } from './operation.ts'

/** What `minato handover` looks up. */
export const handoverOperations = [
  defineOperation({
    name: 'handover',
    input: z.object({}),
    run: async (services, _input, { apps }) => {
      // A process that only runs a command has not heard yet what the apps declare.
      if (services.jobs.names().length === 0)
        for (const app of apps) services.jobs.register(app, () => services)
      return await handoverFacts(services, apps)
    },
  }),
]
