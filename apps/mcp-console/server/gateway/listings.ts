import { isObject, METHOD_NOT_FOUND, type Params, RpcError } from './json-rpc.ts'
import type { Definition } from './pins.ts'
import type { Pool } from './pool.ts'
import { sanitizeDeep } from './scan.ts'

export type Item = Record<string, unknown> & { name: string }

/** What a server offers, as of when it was last asked. */
export type Listing = {
  ref: string
  capabilities: Params
  tools: ReadonlyMap<string, Definition>
  /** Names of tools whose description is the approved one. */
  approved: ReadonlySet<string>
  resources: readonly (Item & { uri: string })[]
  templates: readonly (Item & { uriTemplate: string })[]
  prompts: readonly Item[]
  readAt: number
}

type Options = {
  pool: Pool
  clock: () => number
  timeoutMs: number
  /** After this a listing is read again, beside being served. */
  maxAgeMs: number
  approve(ref: string, tools: readonly Definition[]): Promise<ReadonlySet<string>>
  /** A listing became another. */
  onChange(ref: string, kind: ListKind): void
}

export type ListKind = 'tools' | 'resources' | 'prompts'

const MAX_PAGES = 50
const MAX_ITEMS = 5000

type Entry = {
  listing: Listing | undefined
  /** How often the server said that something changed, and what of that the listing knows. */
  changes: number
  known: number
  reading: { done: Promise<Listing>; changes: number } | undefined
}

/** The lists of every server, kept warm. */
export function createListings(options: Options) {
  const entries = new Map<string, Entry>()
  const find = (ref: string): Entry => {
    let entry = entries.get(ref)
    if (entry === undefined) {
      entry = { listing: undefined, changes: 0, known: 0, reading: undefined }
      entries.set(ref, entry)
    }
    return entry
  }
  return {
    /** The listing at hand when it is good enough; else a promise of one. */
    get(ref: string): Listing | Promise<Listing> {
      const entry = find(ref)
      const { listing } = entry
      if (listing === undefined || entry.known !== entry.changes) return read(options, ref, entry)
      if (listing.readAt + options.maxAgeMs < options.clock() && entry.reading === undefined) {
        // Whoever is served meanwhile has one that was true a moment ago.
        read(options, ref, entry).catch(() => {
          entry.listing = { ...listing, readAt: options.clock() }
        })
      }
      return listing
    },
    /** What the server says now. */
    read: (ref: string) => read(options, ref, find(ref)),
    /** The server says that a list changed: from now on nobody is given the old one. */
    changed(ref: string): void {
      const entry = find(ref)
      entry.changes += 1
      // When this fails, the next who asks reads it again and is told what is wrong.
      read(options, ref, entry).catch(() => undefined)
    },
  }
}

/** Reads the lists, or waits for a reading that began after the last change. */
function read(options: Options, ref: string, entry: Entry): Promise<Listing> {
  const { changes } = entry
  if (entry.reading?.changes === changes) return entry.reading.done
  const before = entry.reading?.done ?? Promise.resolve()
  const start = () => readListing(options, ref)
  const done = before.then(start, start).then((listing) => {
    const old = entry.listing
    entry.listing = listing
    entry.known = changes
    if (old !== undefined) tellChanges(options, old, listing)
    return listing
  })
  const reading = { done, changes }
  entry.reading = reading
  const over = (): void => {
    if (entry.reading === reading) entry.reading = undefined
  }
  done.then(over, over)
  return done
}

export type Listings = ReturnType<typeof createListings>

async function readListing(options: Options, ref: string): Promise<Listing> {
  const connection = await options.pool.connection(ref)
  const list = (capability: string, method: string, field: string) =>
    capability in connection.capabilities
      ? readPages(options, ref, method, field)
      : Promise.resolve([])
  const [tools, resources, templates, prompts] = await Promise.all([
    list('tools', 'tools/list', 'tools'),
    list('resources', 'resources/list', 'resources'),
    list('resources', 'resources/templates/list', 'resourceTemplates'),
    list('prompts', 'prompts/list', 'prompts'),
  ])
  const definitions = named(tools)
  return {
    ref,
    capabilities: connection.capabilities,
    tools: new Map(definitions.map((tool) => [tool.name, tool])),
    approved: await options.approve(ref, definitions),
    resources: named(resources).filter(hasText('uri')),
    templates: named(templates).filter(hasText('uriTemplate')),
    prompts: named(prompts),
    readAt: options.clock(),
  }
}

async function readPages(
  options: Options,
  ref: string,
  method: string,
  field: string,
): Promise<unknown[]> {
  const items: unknown[] = []
  let cursor: unknown
  const call = { timeoutMs: options.timeoutMs }
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const params = typeof cursor === 'string' ? { cursor } : undefined
    // Through the pool, not the connection: a stale session is mended on the way.
    const result = await options.pool
      .call(ref, undefined, method, params, call)
      .catch((error: unknown) => {
        // A server that names a capability and lacks one of its methods has nothing to list.
        if (error instanceof RpcError && error.code === METHOD_NOT_FOUND) return {}
        throw error
      })
    const more = (result as Params)[field]
    if (Array.isArray(more)) items.push(...more)
    cursor = (result as Params)['nextCursor']
    if (typeof cursor !== 'string' || items.length >= MAX_ITEMS) break
  }
  return items.slice(0, MAX_ITEMS)
}

function named(items: unknown[]): Item[] {
  return items
    .filter((item): item is Item => isObject(item) && typeof item['name'] === 'string')
    .map((item) => sanitizeDeep(item))
}

function hasText<K extends string>(key: K) {
  return (item: Item): item is Item & Record<K, string> => typeof item[key] === 'string'
}

function tellChanges(options: Options, before: Listing, after: Listing): void {
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
  const tools = (listing: Listing) =>
    [...listing.tools.values()].filter(({ name }) => listing.approved.has(name))
  if (!same(tools(before), tools(after))) options.onChange(after.ref, 'tools')
  const resources = ({ resources, templates }: Listing) => [resources, templates]
  if (!same(resources(before), resources(after))) options.onChange(after.ref, 'resources')
  if (!same(before.prompts, after.prompts)) options.onChange(after.ref, 'prompts')
}
