import type { RouteServer } from '@minato/platform/app'
import { principalOf } from '@minato/platform/http'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { recordAct } from '../request.ts'
import { connectRemote, greet } from './connect.ts'
import { remoteErrors } from './errors.ts'
import { hostRoutes } from './host-routes.ts'
import { keyHeaders } from './key-headers.ts'
import { oauthRoutes } from './oauth-routes.ts'
import {
  addRemoteServer,
  changeRemoteServer,
  listRemoteServers,
  readRemoteServer,
  removeRemoteServer,
  setEnabled,
} from './remote-servers.ts'
import { ownRemoteServer } from './store.ts'
import { greetingView, remoteView, viewRemote } from './view.ts'

const READ = { permission: 'mcp-console.view', rate: 'read' } as const
const OPERATE = { permission: 'mcp-console.operate', rate: 'action' } as const
const BODY_BYTES = 16 * 1024
const byId = z.object({ id: z.uuid() })
const name = z.string().trim().min(1).max(100)
const url = z.string().trim().min(1).max(2000)

const addBody = z.union([
  z.object({ name: name.optional(), url, headers: keyHeaders.optional() }),
  z.object({
    name: name.optional(),
    source: z.string().min(1).max(100),
    item: z.string().min(1).max(300),
    headers: keyHeaders.optional(),
  }),
])
const changeBody = z.object({
  name: name.optional(),
  url: url.optional(),
  clientId: z.string().min(1).max(1000).nullable().optional(),
  clientSecret: z.string().min(1).max(4000).nullable().optional(),
  scope: z.string().max(1000).nullable().optional(),
  headers: keyHeaders.optional(),
})
const pageQuery = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})

/** Remote servers, their allow-list, and the authorization at their providers. */
export function remoteRoutes(server: RouteServer, services: ConsoleServices): void {
  listRoutes(server, services)
  singleRoutes(server, services)
  actRoutes(server, services)
  hostRoutes(server, services)
  oauthRoutes(server, services)
}

function listRoutes(server: RouteServer, services: ConsoleServices): void {
  const page = z.object({ items: z.array(remoteView), nextCursor: z.string().nullable() })
  server.get(
    '/remote-servers',
    { config: READ, schema: { querystring: pageQuery, response: { 200: page } } },
    async (request) => {
      const { userId } = principalOf(request)
      const { items, nextCursor } = await listRemoteServers(services, userId, request.query)
      return { items: items.map(viewRemote), nextCursor }
    },
  )
  server.post(
    '/remote-servers',
    {
      config: OPERATE,
      bodyLimit: BODY_BYTES,
      schema: { body: addBody, response: { 201: remoteView } },
    },
    async (request, reply) => {
      const row = await addRemoteServer(services, principalOf(request).userId, request.body)
      await recordAct(services, request, 'remote-server.add', `remote-server:${row.id}`, {
        url: row.url,
      })
      return reply.status(201).send(viewRemote(row))
    },
  )
}

function singleRoutes(server: RouteServer, services: ConsoleServices): void {
  server.get(
    '/remote-servers/:id',
    { config: READ, schema: { params: byId, response: { 200: remoteView } } },
    async (request) => await view(services, request, request.params.id),
  )
  server.patch(
    '/remote-servers/:id',
    {
      // The body may hold a client secret.
      config: { ...OPERATE, sensitive: true },
      bodyLimit: BODY_BYTES,
      schema: { params: byId, body: changeBody, response: { 200: remoteView } },
    },
    async (request) => {
      const { id } = request.params
      const found = await ownRemoteServer(services, id, principalOf(request).userId)
      await changeRemoteServer(services, found, request.body)
      await recordAct(services, request, 'remote-server.change', `remote-server:${id}`, {
        changed: Object.keys(request.body),
      })
      return await view(services, request, id)
    },
  )
  server.delete(
    '/remote-servers/:id',
    { config: OPERATE, schema: { params: byId } },
    async (request, reply) => {
      const { id } = request.params
      const { url } = await removeRemoteServer(services, id, principalOf(request).userId)
      await recordAct(services, request, 'remote-server.delete', `remote-server:${id}`, { url })
      return reply.status(204).send()
    },
  )
}

function actRoutes(server: RouteServer, services: ConsoleServices): void {
  for (const [act, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const) {
    server.post(
      `/remote-servers/:id/${act}`,
      {
        config: OPERATE,
        bodyLimit: BODY_BYTES,
        schema: { params: byId, response: { 200: remoteView } },
      },
      async (request) => {
        const { id } = request.params
        const found = await ownRemoteServer(services, id, principalOf(request).userId)
        await setEnabled(services, found, enabled)
        await recordAct(services, request, `remote-server.${act}`, `remote-server:${id}`)
        return await view(services, request, id)
      },
    )
  }
  server.post(
    '/remote-servers/:id/connect',
    {
      config: OPERATE,
      bodyLimit: BODY_BYTES,
      schema: { params: byId, response: { 200: remoteView.extend(greetingView.shape) } },
    },
    async (request) => {
      const { id } = request.params
      const found = await ownRemoteServer(services, id, principalOf(request).userId)
      if (!found.enabled) throw remoteErrors.MCP_CONSOLE_REMOTE_DISABLED({ name: found.name })
      const greeting = await connectRemote(services, found)
      return { ...(await view(services, request, id)), ...greeting }
    },
  )
  server.post(
    '/remote-servers/:id/test',
    {
      config: OPERATE,
      bodyLimit: BODY_BYTES,
      schema: { params: byId, response: { 200: greetingView } },
    },
    // A test also tries a server that is switched off, and changes nothing.
    async (request) =>
      await greet(
        services,
        await ownRemoteServer(services, request.params.id, principalOf(request).userId),
      ),
  )
}

async function view(services: ConsoleServices, request: FastifyRequest, id: string) {
  return viewRemote(await readRemoteServer(services, id, principalOf(request).userId))
}
