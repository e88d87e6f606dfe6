import { HARD, HEADER, keyKind, SOFT } from './key-names.ts'
import { scanText } from './scan.ts'
import { MASK } from './scan-state.ts'
import { Secret } from './secret.ts'

const MAX_DEPTH = 20
const MAX_ITEMS = 10_000

/**
 * A deep copy as plain JSON values with everything secret masked: by the names of its fields and by patterns in its strings.
 * Takes anything: errors with causes, maps, sets, buffers, circles, getters that throw.
 *
 * @example sanitizeValue({ user: 'ann', password: 'hunter2' }) // { user: 'ann', password: '[secret]' }
 */
export function sanitizeValue(value: unknown): unknown {
  return copy(value, { seen: new Set(), left: MAX_ITEMS, mask: true }, 0)
}

/** The same deep copy without masking, for a line that is sanitized as a whole afterwards. */
export function plainValue(value: unknown): unknown {
  return copy(value, { seen: new Set(), left: MAX_ITEMS, mask: false }, 0)
}

type Walk = { seen: Set<object>; left: number; mask: boolean }

function copy(value: unknown, walk: Walk, depth: number): unknown {
  if (typeof value === 'string') return walk.mask ? scanText(value) : value
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  if (typeof value === 'function') return `[function ${value.name}]`
  if (typeof value !== 'object' || value === null) return value
  if (walk.seen.has(value)) return '[circular]'
  if (depth >= MAX_DEPTH || walk.left <= 0) return '[truncated]'
  walk.seen.add(value)
  try {
    return copyObject(value, walk, depth)
  } catch (error) {
    return `[unreadable: ${error instanceof Error ? error.name : 'thrown'}]`
  } finally {
    walk.seen.delete(value)
  }
}

function copyObject(value: object, walk: Walk, depth: number): unknown {
  if (value instanceof Secret) return MASK
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof URL || value instanceof RegExp) return copy(String(value), walk, depth)
  if (ArrayBuffer.isView(value)) return `[${value.constructor.name} ${value.byteLength} bytes]`
  if (value instanceof ArrayBuffer) return `[ArrayBuffer ${value.byteLength} bytes]`
  if (value instanceof Error) return copyError(value, walk, depth)
  if (Array.isArray(value)) return copyList(value, walk, depth)
  if (value instanceof Set) return copyList([...value], walk, depth)
  if (value instanceof Map) return copyEntries(value.entries(), walk, depth)
  if (value instanceof Headers || value instanceof URLSearchParams)
    return copyEntries(value.entries(), walk, depth)
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return copy(value.toJSON(), walk, depth + 1)
  return copyEntries(readable(value), walk, depth)
}

function* readable(value: object): Generator<[string, unknown]> {
  for (const key of Object.keys(value)) yield [key, read(value, key)]
}

function read(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key]
  } catch (error) {
    return `[unreadable: ${error instanceof Error ? error.name : 'thrown'}]`
  }
}

function copyError(error: Error, walk: Walk, depth: number): unknown {
  const known: [string, unknown][] = [
    ['type', read(error, 'name')],
    ['message', read(error, 'message')],
    ['stack', read(error, 'stack')],
  ]
  if (error.cause !== undefined) known.push(['cause', read(error, 'cause')])
  if (error instanceof AggregateError) known.push(['errors', read(error, 'errors')])
  const rest = [...readable(error)].filter(
    ([key]) => key !== 'cause' && key !== 'errors' && key !== 'name',
  )
  return copyEntries([...known, ...rest], walk, depth)
}

function copyList(list: unknown[], walk: Walk, depth: number): unknown[] {
  const out: unknown[] = []
  for (const item of list) {
    if (walk.left-- <= 0) return [...out, '[truncated]']
    out.push(copy(item, walk, depth + 1))
  }
  return out
}

function copyEntries(entries: Iterable<[unknown, unknown]>, walk: Walk, depth: number): object {
  // No prototype: names come from users' data, `__proto__` among them.
  const out: Record<string, unknown> = Object.create(null)
  for (const [name, value] of entries) {
    if (walk.left-- <= 0) break
    const key = String(name)
    out[walk.mask ? scanText(key) : key] =
      walk.mask && isSecretField(key, value) ? MASK : copy(value, walk, depth + 1)
  }
  return out
}

function isSecretField(name: string, value: unknown): boolean {
  if (value === null || value === undefined || value === '' || typeof value === 'boolean')
    return false
  const kind = keyKind(name)
  if (kind === HARD || kind === HEADER) return true
  if (kind !== SOFT) return false
  return typeof value === 'string'
}
