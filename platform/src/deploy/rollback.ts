import { z } from 'zod'
import { deployErrors } from './errors.ts'
import type { Journal } from './journal.ts'
import { lastJson, lastLine } from './prepare-steps.ts'
import type { DeployRecord, Seen } from './record.ts'
import type { Run } from './run.ts'

const status = z.array(
  z.object({
    owner: z.string(),
    id: z.string(),
    kind: z.enum(['expand', 'contract']),
    appliedAt: z.iso.datetime().nullable(),
  }),
)

/**
 * The deploy that put this release in service: what it replaced is what to go back to.
 * @throws {MinatoError} ROLLBACK_NOTHING
 */
export function deployOf(journal: Journal, serving: string): DeployRecord {
  const found = journal
    .history()
    .find(
      ({ kind, state, release }) =>
        kind === 'deploy' && state === 'finished' && release === serving,
    )
  if (found === undefined) throw deployErrors.ROLLBACK_NOTHING({ image: serving })
  return found
}

/**
 * The preflight of a rollback: a contract migration applied since the release to go back to was
 * replaced has taken away what it needs.
 * @throws {MinatoError} ROLLBACK_CONTRACTED
 */
export async function refuseClosedWay({ tools, blue, green }: Run): Promise<Seen> {
  if (!(await tools.host.has(green.release))) {
    throw deployErrors.DEPLOY_IMAGE_UNKNOWN({ image: green.release })
  }
  const since = Date.parse(deployOf(tools.journal, blue.release).startedAt)
  const ran = await tools.host.once(blue, ['migrate', 'status', '--json'])
  if (ran.code !== 0) throw deployErrors.DEPLOY_MIGRATE_FAILED({ reason: lastLine(ran) })
  const contracted = status
    .parse(lastJson(ran.stdout))
    .filter(
      ({ kind, appliedAt }) =>
        kind === 'contract' && appliedAt !== null && Date.parse(appliedAt) >= since,
    )
    .map(({ owner, id }) => `${owner}/${id}`)
  if (contracted.length > 0) {
    const migrations = contracted.join(', ')
    throw deployErrors.ROLLBACK_CONTRACTED({ migrations, image: green.release })
  }
  return {
    en: 'no contract migration was applied since',
    ja: 'その後に適用された contract マイグレーションはありません',
  }
}
