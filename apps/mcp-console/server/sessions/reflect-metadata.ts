/**
 * The few functions of the metadata proposal that @peculiar/x509's container asks for. Import it before that library.
 * A decorator library with the whole proposal may have come first: then it stays.
 */
type Metadata = Map<unknown, unknown>

const known = new WeakMap<object, Metadata>()

function define(key: unknown, value: unknown, target: object): void {
  const metadata = known.get(target) ?? new Map()
  metadata.set(key, value)
  known.set(target, metadata)
}

function getOwn(key: unknown, target: object): unknown {
  return known.get(target)?.get(key)
}

function get(key: unknown, target: object): unknown {
  for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at)) {
    const metadata = known.get(at)
    if (metadata?.has(key) === true) return metadata.get(key)
  }
  return undefined
}

if (!('getMetadata' in Reflect)) {
  Object.assign(Reflect, { defineMetadata: define, getOwnMetadata: getOwn, getMetadata: get })
}
