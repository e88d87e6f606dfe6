import type { BootCheck } from '../define-check.ts'
import { configurationChecks } from './configuration.ts'
import { databaseChecks } from './database.ts'
import { httpChecks } from './http.ts'
import { outsideChecks } from './outside.ts'
import { peopleChecks } from './people.ts'
import { workChecks } from './work.ts'

/** Every check of the boot phase. */
export const bootChecks: readonly BootCheck[] = [
  ...configurationChecks,
  ...httpChecks,
  ...databaseChecks,
  ...outsideChecks,
  ...peopleChecks,
  ...workChecks,
]
