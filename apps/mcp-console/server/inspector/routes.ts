import type { RouteServer } from '@minato/platform/app'
import { principalOf } from '@minato/platform/http'
import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { type Gateway, gatewayOf } from '../gateway/gateway.ts'
import { CLIENTS, clientConfiguration } from './client-configuration.ts'
import { inspectorErrors } from './errors.ts'
import { inspect, refOf } from './inspected.ts'
import { listRuns, run } from './runs.ts'

const READ = { permission: 'mcp-console.view', rate: 'read' } as const
const RUN = { permission: 'mcp-console.operate', rate: 'read', sensitive: true } as const
const BODY_BYTES = 1024 * 1024

const idParam = z.object({ id: z.string().max(200) })
const anyObject = z.record(z.string(), z.unknown())
const items = z.object({ items: z.array(anyObject), nextCursor: z.null() })

/** Looks into one server: what it offers, and what its tools do. Texts are a server's: inert data. */
export function inspectorRoutes(server: RouteServer, services: ConsoleServices): void {
  const gateway = gatewayOf(services)
  listRoutes(server, gateway)
  runRoutes(server, gateway)
  historyRoutes(server, gateway)
}

function listRoutes(server: RouteServer, gateway: Gateway): void {
  const list = (path: string, pick: (listing: Awaited<ReturnType<typeof inspect>>) => object[]) =>
    server.get(
      `/inspector/:id/${path}`,
      { config: READ, schema: { params: idParam, response: { 200: items } } },
      async (request) => {
        const ref = await refOf(gateway, principalOf(request), request.params.id)
        const found = pick(await inspect(gateway, ref))
        return { items: found as Record<string, unknown>[], nextCursor: null }
      },
    )
  list('tools', ({ tools, approved }) =>
    [...tools.values()].map((tool) => ({ ...tool, held: !approved.has(tool.name) })),
  )
  // A server that lacks resources or prompts has none of them; that is no error.
  list('resources', ({ resources }) => [...resources])
  list('resource-templates', ({ templates }) => [...templates])
  list('prompts', ({ prompts }) => [...prompts])
  server.get(
    '/inspector/:id/capabilities',
    { config: READ, schema: { params: idParam } },
    async (request) => {
      const ref = await refOf(gateway, principalOf(request), request.params.id)
      await inspect(gateway, ref)
      const { connection } = gateway.pool.state(ref)
      return {
        server: ref,
        capabilities: connection?.capabilities ?? {},
        serverInfo: connection?.serverInfo ?? {},
        instructions: connection?.instructions ?? null,
        protocolVersion: connection?.protocolVersion ?? null,
      }
    },
  )
}

function runRoutes(server: RouteServer, gateway: Gateway): void {
  const given = z.strictObject({ arguments: anyObject.default({}) })
  server.post(
    '/inspector/:id/tools/:name',
    {
      config: RUN,
      bodyLimit: BODY_BYTES,
      schema: { params: idParam.extend({ name: z.string().max(500) }), body: given },
    },
    async (request) => {
      const { userId } = principalOf(request)
      const { id, name } = request.params
      const ref = await refOf(gateway, principalOf(request), id)
      const { tools } = await inspect(gateway, ref)
      if (!tools.has(name)) throw inspectorErrors.MCP_CONSOLE_TOOL_UNKNOWN({ name })
      const values = request.body.arguments
      const params = { name, arguments: values }
      return await run(gateway, { ref, userId, kind: 'tool', name, params, arguments: values })
    },
  )
  server.post(
    '/inspector/:id/resources/read',
    {
      config: RUN,
      bodyLimit: BODY_BYTES,
      schema: { params: idParam, body: z.strictObject({ uri: z.string().max(8192) }) },
    },
    async (request) => {
      const { userId } = principalOf(request)
      const ref = await refOf(gateway, principalOf(request), request.params.id)
      const { uri } = request.body
      return await run(gateway, {
        ref,
        userId,
        kind: 'resource',
        name: uri,
        params: { uri },
        arguments: {},
      })
    },
  )
  server.post(
    '/inspector/:id/prompts/:name',
    {
      config: RUN,
      bodyLimit: BODY_BYTES,
      schema: { params: idParam.extend({ name: z.string().max(500) }), body: given },
    },
    async (request) => {
      const { userId } = principalOf(request)
      const { id, name } = request.params
      const ref = await refOf(gateway, principalOf(request), id)
      const values = request.body.arguments
      const params = { name, arguments: values }
      return await run(gateway, { ref, userId, kind: 'prompt', name, params, arguments: values })
    },
  )
}

function historyRoutes(server: RouteServer, gateway: Gateway): void {
  server.get(
    '/inspector/:id/runs',
    {
      config: READ,
      schema: {
        params: idParam,
        querystring: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
      },
    },
    async (request) => {
      const principal = principalOf(request)
      const ref = await refOf(gateway, principal, request.params.id)
      const runs = await listRuns(gateway, principal.userId, ref, request.query.limit)
      return { items: runs, nextCursor: null }
    },
  )
  server.get(
    '/inspector/:id/client-configuration',
    {
      config: READ,
      schema: {
        params: idParam,
        querystring: z.object({ client: z.enum(CLIENTS), profile: z.string().max(100).optional() }),
      },
    },
    async (request) => {
      const principal = principalOf(request)
      const ref = await refOf(gateway, principal, request.params.id)
      const { client, profile } = request.query
      const chosen = await gateway.profiles.withServer(principal, ref, profile)
      const path = chosen === undefined ? '/mcp' : `/mcp/${chosen.name}`
      const { publicUrl } = gateway.services
      const configuration = clientConfiguration(client, chosen?.name ?? 'minato', publicUrl + path)
      // Without a profile that has the server the address works, but not for this server.
      return { ...configuration, profile: chosen?.name ?? null }
    },
  )
}
