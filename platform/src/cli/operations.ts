import { auditOperations } from '../audit/operations.ts'
import { authOperations } from '../auth/operations.ts'
import { backupOperations } from '../backup/operations.ts'
import { deployOperations } from '../deploy/operations.ts'
import { demoOperations } from './demo-operation.ts'
import { handoverOperations } from './handover-operation.ts'
import { importOperations } from './import-operation.ts'
import { jobOperations } from './job-operations.ts'
import { keysOperations } from './keys-operations.ts'
import { migrateOperations } from './migrate-operation.ts'
import type { Operation } from './operation.ts'
import { sqliteOperations } from './sqlite-operations.ts'

const OPERATIONS = new Map<string, Operation<never, unknown>>(
  [
    ...auditOperations,
    ...authOperations,
    ...backupOperations,
    ...demoOperations,
    ...deployOperations,
    ...handoverOperations,
    ...importOperations,
    ...jobOperations,
    ...keysOperations,
    ...migrateOperations,
    ...sqliteOperations,
  ].map((operation) => [operation.name, operation as Operation<never, unknown>]),
)

/** @throws {Error} for a name nobody registered. */
export function findOperation(name: string): Operation<never, unknown> {
  const operation = OPERATIONS.get(name)
  if (operation === undefined) throw new Error(`No operation is called "${name}".`)
  return operation
}
