import type { z } from 'zod'
import type { AppDefinition } from '../app/define-app.ts'
import type { Services } from '../app/services.ts'

/** Who asks for an operation: written to the audit log. */
export type Actor = { kind: 'cli'; name: string }

export type OperationContext = { apps: readonly AppDefinition[]; root: string; actor: Actor }

/** Something the command line can do on the running server, or on its own when none runs. */
export type Operation<Input = never, Output = unknown> = {
  name: string
  input: z.ZodType<Input>
  run(services: Services, input: Input, context: OperationContext): Promise<Output>
}

/**
 * @example
 * export const userCreate = defineOperation({
 *   name: 'user.create',
 *   input: z.object({ email: z.email() }),
 *   run: async (services, { email }) => await services.auth.users.create({ email }),
 * })
 */
export function defineOperation<Input, Output>(
  operation: Operation<Input, Output>,
): Operation<Input, Output> {
  return Object.freeze(operation)
}
