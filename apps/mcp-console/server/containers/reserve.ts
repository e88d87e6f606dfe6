import { randomUUID } from 'node:crypto'
import { type Database, sqlState } from '@minato/platform/data'
import type { MinatoError } from '@minato/platform/errors'
import type { ConsoleServices } from '../config.ts'
import { assertNoLiteralSecrets, assertReferences, referencesIn } from '../secrets/index.ts'
import { asking, docker, LABEL_ID } from './docker.ts'
import { containerErrors } from './errors.ts'
import { containerName, dockerName } from './names.ts'
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

type ReserveOptions = { db?: Database; id?: string; jobId?: string | null }

/**
 * Takes the name: from here on nobody else can have it. The row is what a crash is cleaned up by. Call it within
 * `withFreeName`, around the transaction where there is one.
 */
export async function reserveContainer(
  services: ConsoleServices,
  ownerId: string,
  spec: ServerSpec,
  { db = services.db, id = randomUUID(), jobId = null }: ReserveOptions = {},
): Promise<ContainerRow> {
  const now = new Date(services.clock())
  return await containerTables(db)
    .insertInto('mcp_console.containers')
    .values({
      id,
      owner_id: ownerId,
      name: containerName(spec.name),
      original_name: spec.name,
      docker_id: null,
      job_id: jobId,
      state: 'installing',
      lease_until: new Date(now.getTime() + LEASE_MS),
      created_at: now,
      updated_at: now,
      ...columnsOf(spec),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Does what takes the name. @throws {MinatoError} MCP_CONSOLE_CONTAINER_NAME_TAKEN */
export async function withFreeName<T>(
  services: ConsoleServices,
  spec: Pick<ServerSpec, 'name'>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (sqlState(error) !== '23505') throw error
    throw await nameTaken(services, containerName(spec.name))
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

/**
 * Docker's names are shared with containers that are not ours.
 * @throws {MinatoError} MCP_CONSOLE_CONTAINER_NAME_TAKEN with Docker's id and state of the holder
 */
export async function assertNameIsFree(
  services: ConsoleServices,
  { name: typed }: Pick<ServerSpec, 'name'>,
): Promise<void> {
  const name = containerName(typed)
  const filters = { name: [`^/${dockerName(name).replaceAll('.', '\\.')}$`] }
  const [holder] = await asking(services, () =>
    docker(services).listContainers({ all: true, filters }),
  )
  if (holder === undefined) return
  throw nameTakenBy(name, holder.Labels[LABEL_ID] ?? holder.Id, holder.State)
}

/** `holderId` is the id of our container, or Docker's own for one that is not ours. */
export function nameTakenBy(name: string, holderId: string, holderState: string): MinatoError {
  return containerErrors.MCP_CONSOLE_CONTAINER_NAME_TAKEN(
    { name, state: holderState },
    { members: { holderId, holderState } },
  )
}
