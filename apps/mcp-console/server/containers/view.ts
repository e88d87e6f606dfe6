import type { ContainerInfo } from 'dockerode'
import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { asking, docker, LABEL_INSTANCE } from './docker.ts'
import { instanceOf } from './instance.ts'
import { savedSpec } from './spec.ts'
import type { ContainerRow } from './store.ts'
import { containersOf } from './undo.ts'

export const containerView = z.object({
  id: z.string(),
  name: z.string(),
  originalName: z.string(),
  image: z.string(),
  transport: z.enum(['stdio', 'streamable-http', 'sse']),
  /** How its secrets reach it: `environment` is kept by Docker itself, `file` goes when it stops. */
  delivery: z.enum(['environment', 'file']),
  hasSecrets: z.boolean(),
  /** Docker's word (running, exited, …); installing, removing; gone when Docker has it no more. */
  state: z.string(),
  /** Docker's sentence: "Up 3 minutes (healthy)". */
  status: z.string(),
  dockerId: z.string().nullable(),
  ports: z.array(z.object({ container: z.number(), host: z.number() })),
  ownerId: z.string(),
  jobId: z.string().nullable(),
  source: z.string().nullable(),
  itemId: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type ContainerView = z.infer<typeof containerView>

const SHOWN_ID = 12

/** The rows with what Docker says of each now: one call for all. */
export async function viewContainers(
  services: ConsoleServices,
  rows: readonly ContainerRow[],
): Promise<ContainerView[]> {
  const label = [`${LABEL_INSTANCE}=${await instanceOf(services)}`]
  const known = await asking(services, () =>
    docker(services).listContainers({ all: true, filters: { label } }),
  )
  const byId = new Map(known.map((info) => [info.Id, info]))
  return rows.map((row) => view(row, byId.get(row.docker_id ?? '')))
}

export async function viewContainer(
  services: ConsoleServices,
  row: ContainerRow,
): Promise<ContainerView> {
  const known = await containersOf(services, row.id)
  return view(
    row,
    known.find(({ Id }) => Id === row.docker_id),
  )
}

/** The answer to a request that has only been accepted: Docker need not be asked. */
export function view(row: ContainerRow, info: ContainerInfo | undefined): ContainerView {
  const spec = savedSpec(row.config)
  const state = row.state === 'ready' ? (info?.State ?? 'gone') : row.state
  return {
    id: row.id,
    name: row.name,
    originalName: row.original_name,
    image: row.image,
    transport: row.transport,
    delivery: row.delivery,
    hasSecrets: row.has_secrets,
    state,
    status: info?.Status ?? '',
    dockerId: row.docker_id?.slice(0, SHOWN_ID) ?? null,
    ports: portsOf(info),
    ownerId: row.owner_id,
    jobId: row.job_id,
    source: spec.source ?? null,
    itemId: spec.itemId ?? null,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  }
}

function portsOf(info: ContainerInfo | undefined): ContainerView['ports'] {
  return (info?.Ports ?? []).flatMap(({ PrivatePort, PublicPort }) =>
    PublicPort === undefined ? [] : [{ container: PrivatePort, host: PublicPort }],
  )
}
