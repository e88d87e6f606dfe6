import { nameOf, type RegistryEntry } from './data.ts'

const MAX_LIMIT = 100
const DEFAULT_LIMIT = 30

export type PageQuery = { cursor?: string; limit?: string; search?: string; version?: string }

/** What the registry refuses, with its status. */
export class PageError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'PageError'
    this.status = status
  }
}

/**
 * One page of `GET /v0/servers`. The cursor is the name and version of the last entry, as in the
 * official registry; to clients it is opaque.
 */
export function pageOf(entries: readonly RegistryEntry[], query: PageQuery) {
  const limit = readLimit(query.limit)
  const words = query.search?.toLowerCase()
  const found = words
    ? entries.filter((entry) => nameOf(entry).toLowerCase().includes(words))
    : entries
  const start = startOf(found, query.cursor)
  const servers = found.slice(start, start + limit)
  const last = servers.at(-1)
  const more = start + limit < found.length && last !== undefined
  return {
    servers,
    metadata: { ...(more ? { nextCursor: cursorOf(last) } : {}), count: servers.length },
  }
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT
  const limit = Number(text)
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit
  throw new PageError(422, `expected number >= 1 and <= ${MAX_LIMIT}`)
}

function startOf(entries: readonly RegistryEntry[], cursor: string | undefined): number {
  if (!cursor) return 0
  const index = entries.findIndex((entry) => cursorOf(entry) === cursor)
  if (index < 0) throw new PageError(400, 'Invalid cursor parameter')
  return index + 1
}

function cursorOf(entry: RegistryEntry): string {
  return `${nameOf(entry)}:${entry.server?.version ?? ''}`
}
