import type { RouteServer } from '@minato/platform/app'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { API, type Inner, invalid, mount, refuse, segment, translate } from './inside.ts'

const text = z.string()

/** The old `ContainerConfig`. */
const containerConfig = z.object({
  name: text.min(1),
  image: text.min(1),
  env: z.record(text, text).default({}),
  /** Port inside → port of the host. */
  ports: z.record(text, z.number().int()).default({}),
  /** Folder or volume → path inside. */
  volumes: z.record(text, text).default({}),
  labels: z.record(text, text).default({}),
  command: z.array(text).nullish(),
  network_mode: text.nullish(),
  cpus: z.number().nullish(),
  memory_limit: text.nullish(),
  restart_policy: z.record(text, z.unknown()).nullish(),
})
type ContainerConfig = z.infer<typeof containerConfig>

type OwnContainer = {
  id: string
  name: string
  image: string
  state: string
  createdAt: string
  ports: { container: number; host: number }[]
  hasSecrets: boolean
  source: string | null
  itemId: string | null
}

const MEGABYTE = 1024 * 1024
const UNITS: Record<string, number> = { b: 1, k: 1024, m: MEGABYTE, g: 1024 * MEGABYTE }

/** Containers. Ids are ours, not Docker's: what a list gives is what the other calls take. */
export function containerRoutes(server: RouteServer, inner: Inner): void {
  mount(server, 'GET', '/api/containers', async (request, reply) => {
    const { all = 'true' } = request.query as { all?: string }
    const answer = await inner(request, { method: 'GET', url: `${API}/containers` })
    if (answer.body['code'] === 'MCP_CONSOLE_DOCKER_UNAVAILABLE') {
      // The old list was empty with a warning when Docker was away.
      return reply.send({ containers: [], warning: answer.body['detail'] })
    }
    if (answer.status >= 400) return refuse(reply, answer)
    const containers = (answer.body['items'] as OwnContainer[]).map(containerView)
    const shown = /^(false|0|no|off)$/i.test(all)
      ? containers.filter(({ status }) => status === 'running')
      : containers
    return reply.send({ containers: shown, warning: null })
  })
  for (const path of ['/api/containers', '/api/containers/install']) {
    mount(server, 'POST', path, (request, reply) => install(inner, request, reply))
  }
  for (const act of ['start', 'stop', 'restart'] as const) {
    mount(server, 'POST', `/api/containers/:id/${act}`, async (request, reply) => {
      const { id } = request.params as { id: string }
      const done = { start: 'started', stop: 'stopped', restart: 'restarted' }[act]
      return await translate(inner, request, reply, {
        ask: {
          method: 'POST',
          url: `${API}/containers/${segment(request, 'id')}/${act}`,
          payload: {},
        },
        shape: () => acted(id, done),
      })
    })
  }
  mount(server, 'DELETE', '/api/containers/:id', async (request, reply) => {
    const { id } = request.params as { id: string }
    return await translate(inner, request, reply, {
      ask: { method: 'DELETE', url: `${API}/containers/${segment(request, 'id')}` },
      shape: () => acted(id, 'deleted'),
      status: 200,
    })
  })
}

async function install(inner: Inner, request: FastifyRequest, reply: FastifyReply) {
  const body = containerConfig.safeParse(request.body)
  if (!body.success) return invalid(reply, body.error)
  const { async: later } = request.query as { async?: string }
  const query = later === undefined ? '' : `?async=${later === 'true' || later === '1'}`
  return await translate(inner, request, reply, {
    ask: { method: 'POST', url: `${API}/containers/install${query}`, payload: specOf(body.data) },
    shape: ({ status, body: made }) =>
      status === 202
        ? { job_id: made['jobId'], status: 'queued', container_id: made['containerId'] }
        : {
            container_id: made['id'],
            name: made['name'],
            status: made['state'],
            ignored: ignoredOf(body.data),
          },
  })
}

/** What the old console took and this one does not: told, so that nobody believes it holds. */
function ignoredOf({ labels, restart_policy }: ContainerConfig): string[] {
  return [
    ...(Object.keys(labels).length > 0 ? ['labels'] : []),
    ...(restart_policy == null ? [] : ['restart_policy']),
  ]
}

function specOf(config: ContainerConfig) {
  const { name, image, env, command, network_mode: network, cpus, memory_limit } = config
  const memoryMb = megabytes(memory_limit)
  return {
    ...{ name, image, env, command: command ?? [] },
    ports: Object.entries(config.ports).map(([inside, host]) => ({
      container: Number.parseInt(inside, 10),
      host,
    })),
    volumes: Object.entries(config.volumes).map(([source, written]) => {
      const [target = '', mode] = written.split(':')
      return { source, target, readOnly: mode === 'ro' }
    }),
    // `host` and the like go on as they are, and are refused there with the reason.
    ...(network == null ? {} : { network }),
    limits: {
      ...(cpus == null ? {} : { cpus }),
      ...(memoryMb === undefined ? {} : { memoryMb }),
    },
  }
}

/** `512m`, `1g` → megabytes. */
function megabytes(limit: string | null | undefined): number | undefined {
  const match = /^(\d+)([bkmg])?b?$/i.exec(limit ?? '')
  if (match === null) return undefined
  const bytes = Number(match[1]) * (UNITS[match[2]?.toLowerCase() ?? 'b'] ?? 1)
  return Math.max(1, Math.round(bytes / MEGABYTE))
}

function containerView(container: OwnContainer) {
  const { id, name, image, state, createdAt, ports, source, itemId } = container
  return {
    ...{ id, name, image, status: statusOf(state), created_at: createdAt },
    ports: Object.fromEntries(ports.map(({ container: inside, host }) => [String(inside), host])),
    labels: {
      'mcp-console.container': id,
      ...(source === null ? {} : { 'mcp-console.source': source }),
      ...(itemId === null ? {} : { 'mcp-console.item': itemId }),
    },
  }
}

function statusOf(state: string): 'running' | 'stopped' | 'error' {
  if (state === 'running') return 'running'
  return state === 'dead' || state === 'gone' || state === 'restarting' ? 'error' : 'stopped'
}

function acted(id: string, done: string) {
  return { success: true, message: `Container ${id} ${done} successfully`, container_id: id }
}
