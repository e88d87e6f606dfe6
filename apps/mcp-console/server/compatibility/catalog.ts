import type { RouteServer } from '@minato/platform/app'
import type { FastifyRequest } from 'fastify'
import { API, type Inner, mount, refuse } from './inside.ts'

const OLD_PAGE_SIZE = 12
const ALL = 200

type OwnItem = {
  id: string
  title: string
  description: string
  publisher: string
  categories: string[]
  tags: string[]
  image: string | null
  remoteUrl?: string
  env: { name: string; required: boolean; secret: boolean; default?: string }[]
  links: { homepage?: string; repository?: string; icon?: string }
}
type OwnPage = {
  items: OwnItem[]
  total: number
  page: number
  pageCount: number
  pageSize: number
  cached: boolean
  categories: { id: string }[]
  warning: string | null
}

/** The list, the search, and forgetting what was read. */
export function catalogRoutes(server: RouteServer, inner: Inner): void {
  mount(server, 'GET', '/api/catalog', async (request, reply) => {
    const { source } = request.query as { source?: string }
    const first = await catalogPage(inner, request, { source, page: 1, pageSize: ALL })
    if (first.status >= 400) return refuse(reply, first)
    const page = first.body as OwnPage
    const items = [...page.items]
    for (let number = 2; number <= page.pageCount; number += 1) {
      const next = await catalogPage(inner, request, { source, page: number, pageSize: ALL })
      if (next.status >= 400) return refuse(reply, next)
      items.push(...(next.body as OwnPage).items)
    }
    return reply.send(catalogView({ ...page, items, page: 1, pageSize: Math.max(1, items.length) }))
  })
  mount(server, 'GET', '/api/catalog/search', async (request, reply) => {
    const { page_size: pageSize = OLD_PAGE_SIZE, ...query } = request.query as Record<
      string,
      string
    >
    const found = await catalogPage(inner, request, { ...query, pageSize })
    if (found.status >= 400) return refuse(reply, found)
    return reply.send(catalogView(found.body as OwnPage))
  })
  mount(server, 'DELETE', '/api/catalog/cache', async (request, reply) => {
    const { source } = request.query as { source?: string }
    for (const id of source === undefined ? ['docker', 'official'] : [source]) {
      const url = `${API}/catalog/${encodeURIComponent(id)}/refresh`
      const answer = await inner(request, { method: 'POST', url, payload: {} })
      if (answer.status >= 400) return refuse(reply, answer)
    }
    const message = source ? `Cache cleared for ${source}` : 'All catalog cache cleared'
    return reply.send({ success: true, message })
  })
}

function catalogPage(inner: Inner, request: FastifyRequest, query: Record<string, unknown>) {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  )
  return inner(request, { method: 'GET', url: `${API}/catalog?${new URLSearchParams(given)}` })
}

function catalogView(page: OwnPage) {
  return {
    servers: page.items.map(serverView),
    total: page.total,
    page: page.page,
    page_size: page.pageSize,
    cached: page.cached,
    categories: page.categories.map(({ id }) => id).sort(),
    warning: page.warning,
  }
}

function serverView(item: OwnItem) {
  const remote = item.image === null && item.remoteUrl !== undefined
  const defaults = item.env.flatMap(({ name, default: value }) => (value ? [[name, value]] : []))
  return {
    id: item.id,
    name: item.title,
    description: item.description,
    vendor: item.publisher,
    category: item.categories[0] ?? 'other',
    docker_image: item.image,
    server_type: item.image !== null ? 'docker' : remote ? 'remote' : null,
    remote_endpoint: item.remoteUrl ?? null,
    is_remote: remote,
    homepage_url: item.links.homepage ?? item.links.repository ?? null,
    icon_url: item.links.icon ?? '',
    tags: item.tags,
    capabilities: [],
    default_env: Object.fromEntries(defaults),
    required_envs: item.env.filter(({ required }) => required).map(({ name }) => name),
    required_secrets: item.env.filter(({ secret }) => secret).map(({ name }) => name),
  }
}
