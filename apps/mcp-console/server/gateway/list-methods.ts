import type { ProfileServer } from '../profiles/profile.ts'
import type { Call } from './call.ts'
import type { Listing } from './listings.ts'
import { joinName, joinUri } from './naming.ts'
import type { ActiveProfile } from './profile-cache.ts'
import { shownTools } from './tool-methods.ts'

export const LIST_METHODS = {
  'tools/list': { field: 'tools', show: shownTools },
  'resources/list': {
    field: 'resources',
    show: (_call: Call, { prefix }: ProfileServer, listing: Listing) =>
      listing.resources.map((one) => ({ ...one, uri: joinUri(prefix, one.uri) })),
  },
  'resources/templates/list': {
    field: 'resourceTemplates',
    show: (_call: Call, { prefix }: ProfileServer, listing: Listing) =>
      listing.templates.map((one) => ({ ...one, uriTemplate: joinUri(prefix, one.uriTemplate) })),
  },
  'prompts/list': {
    field: 'prompts',
    show: (_call: Call, { prefix }: ProfileServer, listing: Listing) =>
      listing.prompts.map((one) => ({ ...one, name: joinName(prefix, one.name) })),
  },
} as const

export type ListMethod = keyof typeof LIST_METHODS

/** Those of a slow or dead server are left out rather than waited for. */
const WAIT_MS = 5000
const MAX_KEPT = 1000

type Kept = { profile: ActiveProfile; listings: (Listing | undefined)[]; text: string }
const kept = new WeakMap<object, Map<string, Kept>>()

/**
 * One list of all servers of the profile. The text is kept and given again as long as the profile
 * and every server's listing are the very same objects.
 */
export async function list(call: Call, method: ListMethod): Promise<string> {
  const { gateway, profile, key } = call
  const listings = await Promise.all(profile.active.map(({ ref }) => within(gateway, ref)))
  const texts = keptOf(gateway)
  const name = `${method}|${profile.id}|${key?.keyId ?? ''}`
  const known = texts.get(name)
  if (known?.profile === profile && same(known.listings, listings)) return known.text
  const { field, show } = LIST_METHODS[method]
  const items = profile.active.flatMap((server, index) => {
    const listing = listings[index]
    return listing === undefined ? [] : show(call, server, listing)
  })
  const text = JSON.stringify({ [field]: items })
  if (texts.size >= MAX_KEPT) texts.clear()
  texts.set(name, { profile, listings, text })
  return text
}

function keptOf(gateway: object): Map<string, Kept> {
  let texts = kept.get(gateway)
  if (texts === undefined) {
    texts = new Map()
    kept.set(gateway, texts)
  }
  return texts
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index])
}

async function within({ listings, services }: Call['gateway'], ref: string) {
  const found = listings.get(ref)
  if (!(found instanceof Promise)) return found
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), WAIT_MS)
  const read = found.catch((error: unknown) => {
    services.log.info('gateway.server_left_out', { server: ref, err: error })
    return undefined
  })
  return await Promise.race([read, late]).finally(() => clearTimeout(timer))
}
