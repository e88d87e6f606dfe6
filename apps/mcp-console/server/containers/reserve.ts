import type { Database } from '@minato/platform/data'
import { sqlState } from '@minato/platform/data'
import type { MinatoError } from '@minato/platform/errors'
import type { ConsoleServices } from '../config.ts'
import { assertNoLiteralSecrets, assertReferences, referencesIn } from '../secrets/index.ts'
import { containerErrors } from './errors.ts'
import { containerName } from './names.ts'
import type { ServerSpec } from './spec.ts'
import { type ContainerRow, containerTables } from './store.ts'
import { assertVolumes } from './volumes.ts'

/** How long a row stays with whoever works on it, unless extended. */
export const LEASE_MS = 30_000

/**
 * Everything about a specification that can be said before a vault or Docker is asked.
 * @throws {MinatoError} 422 with what to correct
 */
export async function assertSpec(services: ConsoleServices, spec: ServerSpec): Promise<void> {
  const { env, command } = spec
  assertReferences(spec)
  assertNoLiteralSecrets({ env, command })
  const misplaced = referencesIn({ ...spec, env: {}, command: [] })
  const inCommand = spec.delivery === 'file' ? referencesIn({ command }) : []
  const errors = [
    ...misplaced.map(({ path }) => ({
      path,
      code: 'reference_misplaced',
      message: 'A reference can stand in env and in command only.',
    })),
    ...inCommand.map(({ path }) => ({
      path,
      code: 'reference_misplaced',
      message: 'Docker keeps the command line: with delivery by file, put the reference into env.',
    })),
  ]
  if (errors.length > 0) throw containerErrors.MCP_CONSOLE_REFERENCE_MISPLACED({}, { errors })
  await assertVolumes(services, spec)
}

/**
 * Takes the name: from here on nobody else can have it. The row is what a crash is cleaned up by.
 * @throws {MinatoError} MCP_CONSOLE_CONTAINER_NAME_TAKEN with the holder's id and state
 */
export async function reserveContainer(
  services: ConsoleServices,
  ownerId: string,
  spec: ServerSpec,
  db: Database = services.db,
): Promise<ContainerRow> {
  const now = new Date(services.clock())
  const name = containerName(spec.name)
  try {
    return await containerTables(db)
      .insertInto('mcp_console.containers')
      .values({
        owner_id: ownerId,
        name,
        original_name: spec.name,
        docker_id: null,
        job_id: null,
        state: 'installing',
        lease_until: new Date(now.getTime() + LEASE_MS),
        created_at: now,
        updated_at: now,
        ...columnsOf(spec),
      })
      .returningAll()
      .executeTakeFirstOrThrow()
  } catch (error) {
    if (sqlState(error) !== '23505') throw error
    throw await nameTaken(services, name)
  }
}

/** The columns that say what a container is made from. */
export function columnsOf(spec: ServerSpec) {
  const { env, command } = spec
  return {
    image: spec.image,
    transport: spec.transport,
    delivery: spec.delivery,
    config: JSON.stringify(spec),
    has_secrets: referencesIn({ env, command }).length > 0,
  }
}

async function nameTaken(services: ConsoleServices, name: string): Promise<MinatoError> {
  const holder = await containerTables(services.db)
    .selectFrom('mcp_console.containers')
    .select(['id', 'state'])
    .where('name', '=', name)
    .executeTakeFirst()
  const state = holder?.state ?? 'removing'
  return nameTakenBy(name, holder?.id ?? '', state)
}

/** `holderId` is the id of our container, or Docker's own for one that is not ours. */
export function nameTakenBy(name: string, holderId: string, holderState: string): MinatoError {
  return containerErrors.MCP_CONSOLE_CONTAINER_NAME_TAKEN(
    { name, state: holderState },
    { members: { holderId, holderState } },
  )
}
