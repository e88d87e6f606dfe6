import type { RouteServer } from '@minato/platform/app'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Answer, API, type Inner, invalid, mount, refuse } from './inside.ts'

const text = z.string()
const record = z.record(text, z.unknown())

/** The old `GatewayConfig`. */
const gatewayConfig = z.object({
  version: text.default('1.0'),
  servers: z
    .array(
      z.object({
        name: text,
        container_id: text,
        enabled: z.boolean().default(true),
        config: record.default({}),
      }),
    )
    .default([]),
  global_settings: record.default({}),
})
type GatewayConfig = z.infer<typeof gatewayConfig>
const writeBody = z.object({ config: gatewayConfig })

type OwnServer = {
  name: string
  server: string
  enabled: boolean
  tools: string[] | null
  config: Record<string, unknown>
}
type OwnVersion = {
  version: number
  document: { version: string; servers: OwnServer[]; settings: Record<string, unknown> }
}
type Finding = { path: string; message: string }

const CONTAINER = 'container:'
/** An old caller knows of no versions: it is put on top of whatever is there, a few times over. */
const TRIES = 5

/** The gateway's configuration without versions, as the old console kept it in a file. */
export function configurationRoutes(server: RouteServer, inner: Inner): void {
  for (const path of ['/api/config', '/api/config/gateway']) {
    mount(server, 'GET', path, async (request, reply) => {
      const answer = await inner(request, { method: 'GET', url: `${API}/config` })
      if (answer.status >= 400) return refuse(reply, answer)
      return reply.send({ config: oldShape(answer.body as OwnVersion) })
    })
    mount(server, 'PUT', path, (request, reply) => write(inner, request, reply))
    mount(server, 'POST', `${path}/validate`, (request, reply) => validate(inner, request, reply))
  }
  mount(server, 'POST', '/api/config/gateway/backup', async (request, reply) => {
    const answer = await inner(request, { method: 'GET', url: `${API}/config` })
    if (answer.status >= 400) return refuse(reply, answer)
    const { version } = answer.body as OwnVersion
    if (version === 0) {
      return reply.send({ success: false, message: 'No configuration file to backup' })
    }
    // Every saved version is kept already.
    const backup_path = `${API}/config/versions/${version}`
    return reply.send({ success: true, message: 'Backup created successfully', backup_path })
  })
}

async function write(inner: Inner, request: FastifyRequest, reply: FastifyReply) {
  const body = writeBody.safeParse(request.body)
  if (!body.success) return invalid(reply, body.error)
  let saved: Answer | undefined
  for (let tries = 0; tries < TRIES; tries += 1) {
    const current = await inner(request, { method: 'GET', url: `${API}/config` })
    if (current.status >= 400) return refuse(reply, current)
    const { version, document } = current.body as OwnVersion
    const payload = { version, document: ownShape(body.data.config, document.servers) }
    saved = await inner(request, { method: 'PUT', url: `${API}/config`, payload })
    if (saved.status !== 409) break
  }
  if (saved === undefined || saved.status >= 400) return refuseInvalid(reply, saved)
  const warnings = saved.body['warnings'] as Finding[]
  const message = 'Configuration saved successfully'
  return reply.send({
    success: true,
    message: warnings.length === 0 ? message : `${message} (Warnings: ${sentences(warnings)})`,
  })
}

/** Not valid was 400 there; a literal secret is 422, which is new. */
function refuseInvalid(reply: FastifyReply, saved: Answer | undefined) {
  const answer = saved ?? { status: 409, body: {}, retryAfter: undefined }
  const plain = answer.body['code'] === 'MCP_CONSOLE_CONFIGURATION_INVALID'
  if (!plain) return refuse(reply, answer)
  const detail = `Invalid configuration: ${sentences(answer.body['errors'] as Finding[])}`
  return refuse(reply, { ...answer, body: { ...answer.body, detail } }, 400)
}

async function validate(inner: Inner, request: FastifyRequest, reply: FastifyReply) {
  const body = writeBody.safeParse(request.body)
  if (!body.success) return invalid(reply, body.error)
  const payload = { document: ownShape(body.data.config, []) }
  const answer = await inner(request, { method: 'POST', url: `${API}/config/validate`, payload })
  if (answer.status >= 400) return refuse(reply, answer)
  const { valid, errors, warnings } = answer.body as {
    valid: boolean
    errors: Finding[]
    warnings: Finding[]
  }
  return reply.send({ valid, errors: errors.map(sentence), warnings: warnings.map(sentence) })
}

function oldShape({ document }: OwnVersion): GatewayConfig {
  return {
    version: document.version,
    servers: document.servers.map(({ name, server, enabled, config }) => ({
      name,
      container_id: server.startsWith(CONTAINER) ? server.slice(CONTAINER.length) : server,
      enabled,
      config,
    })),
    global_settings: document.settings,
  }
}

/** What the old shape has no word for, the tools of a server, stays as it is. */
function ownShape({ version, servers, global_settings }: GatewayConfig, before: OwnServer[]) {
  return {
    version,
    servers: servers.map(({ name, container_id, enabled, config }) => {
      const server = container_id.includes(':') ? container_id : `${CONTAINER}${container_id}`
      const known = before.find((candidate) => candidate.server === server)
      return { name, server, enabled, tools: known?.tools ?? null, config }
    }),
    settings: global_settings,
  }
}

function sentence({ path, message }: Finding): string {
  return path === '' ? message : `${path}: ${message}`
}

function sentences(findings: readonly Finding[]): string {
  return findings.map(sentence).join('; ')
}
