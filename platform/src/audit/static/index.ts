import type { StaticCheck } from '../define-check.ts'
import { cloudChecks } from './cloud.ts'
import { containerChecks } from './containers.ts'
import { deliveryChecks } from './delivery.ts'
import { imageChecks } from './image.ts'
import { nginxChecks } from './nginx.ts'
import { operatingChecks } from './operating.ts'
import { repositoryChecks } from './repository.ts'
import { secretChecks } from './secrets.ts'
import { stackChecks } from './stack.ts'
import { storeChecks } from './stores.ts'

/** Every check of the static phase. */
export const staticChecks: readonly StaticCheck[] = [
  ...secretChecks,
  ...repositoryChecks,
  ...imageChecks,
  ...containerChecks,
  ...stackChecks,
  ...storeChecks,
  ...nginxChecks,
  ...deliveryChecks,
  ...operatingChecks,
  ...cloudChecks,
]
