import { DESCRIBES, isMessage } from './field-facts.ts'
import {
  ACCOUNT,
  DIGITS,
  HARD,
  HEADER,
  type KeyKind,
  keyKind,
  MY_NUMBER,
  NONE,
  SOFT,
  WEAK,
} from './key-names.ts'
import { isMyNumber } from './numbers.ts'
import { scanText } from './scan.ts'
import { MASK } from './scan-state.ts'
import { Secret } from './secret.ts'
import { isMasked, isNothing, isPlaceholder, looksRandom } from './value-shape.ts'

const MAX_DEPTH = 20
const MAX_ITEMS = 10_000

/**
 * A deep copy as plain JSON values with everything secret masked: by the names of its fields and by patterns in its strings.
 * Takes anything: errors with causes, maps, sets, buffers, circles, getters that throw.
 *
 * @example sanitizeValue({ user: 'ann', password: 'hunter2' }) // { user: 'ann', password: '[secret]' }
 */
export function sanitizeValue(value: unknown): unknown {
  return copy(value, { seen: new Set(), left: MAX_ITEMS, mask: true }, 0, NONE)
}

/** The same deep copy without masking, for a line that is sanitized as a whole afterwards. */
export function plainValue(value: unknown): unknown {
  return copy(value, { seen: new Set(), left: MAX_ITEMS, mask: false }, 0, NONE)
}

type Walk = { seen: Set<object>; left: number; mask: boolean }

/** `under` is the kind of the nearest name that makes what is below it a secret. */
function copy(value: unknown, walk: Walk, depth: number, under: KeyKind): unknown {
  if (typeof value === 'string') return walk.mask ? maskString(value, under) : value
  if (typeof value === 'number') return walk.mask && isSecretNumber(value, under) ? MASK : value
  if (typeof value === 'bigint') return copy(String(value), walk, depth, under)
  if (typeof value === 'symbol') return String(value)
  if (typeof value === 'function') return `[function ${value.name}]`
  if (typeof value !== 'object' || value === null) return value
  if (walk.seen.has(value)) return '[circular]'
  if (depth >= MAX_DEPTH || walk.left <= 0) return '[truncated]'
  walk.seen.add(value)
  try {
    return copyObject(value, walk, depth, under)
  } catch (error) {
    return unreadable(error)
  } finally {
    walk.seen.delete(value)
  }
}

/** The name of the error only: its message may hold what it could not read. */
function unreadable(error: unknown): string {
  return `[unreadable: ${error instanceof Error ? error.constructor.name : 'thrown'}]`
}

function maskString(value: string, under: KeyKind): string {
  if (under === NONE || isNothing(value) || isMasked(value)) return scanText(value)
  if (under === HARD || under === HEADER) return MASK
  if (under === SOFT) return /^\d{1,5}$/.test(value) ? value : MASK
  if (under === WEAK && looksRandom(value)) return MASK
  if (under === DIGITS && /^\d{3,8}$/.test(value)) return MASK
  if (under === ACCOUNT && /^\d{4}-?\d{4}-?\d{4}$/.test(value)) return MASK
  if (under === MY_NUMBER && isMyNumber(value.normalize('NFKC').replace(/[ -]/g, ''))) return MASK
  return scanText(value)
}

function isSecretNumber(value: number, under: KeyKind): boolean {
  if (under === HARD) return true
  if (under === SOFT) return value >= 100_000
  if (under === DIGITS || under === MY_NUMBER) return maskString(String(value), under) === MASK
  return scanText(String(value)) === MASK
}

function copyObject(value: object, walk: Walk, depth: number, under: KeyKind): unknown {
  if (value instanceof Secret) return MASK
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof URL || value instanceof RegExp)
    return copy(String(value), walk, depth, under)
  if (ArrayBuffer.isView(value)) return `[${value.constructor.name} ${value.byteLength} bytes]`
  if (value instanceof ArrayBuffer) return `[ArrayBuffer ${value.byteLength} bytes]`
  if (value instanceof Error) return copyError(value, walk, depth, under)
  if (Array.isArray(value)) return copyList(value, walk, depth, under)
  if (value instanceof Set) return copyList([...value], walk, depth, under)
  if (value instanceof Map) return copyEntries(value.entries(), walk, depth, under)
  if (value instanceof Headers || value instanceof URLSearchParams)
    return copyEntries(value.entries(), walk, depth, under)
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return copy(value.toJSON(), walk, depth + 1, under)
  return copyEntries(readable(value), walk, depth, under)
}

function* readable(value: object): Generator<[string, unknown]> {
  for (const key of Object.keys(value)) yield [key, read(value, key)]
}

function read(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key]
  } catch (error) {
    return unreadable(error)
  }
}

function copyError(error: Error, walk: Walk, depth: number, under: KeyKind): unknown {
  const known: [string, unknown][] = [
    ['type', read(error, 'name')],
    ['message', read(error, 'message')],
    ['stack', read(error, 'stack')],
  ]
  if (error.cause !== undefined) known.push(['cause', read(error, 'cause')])
  if (error instanceof AggregateError) known.push(['errors', read(error, 'errors')])
  const named = new Set(['name', 'message', 'stack', 'cause', 'errors'])
  const rest = [...readable(error)].filter(([key]) => !named.has(key))
  return copyEntries([...known, ...rest], walk, depth, under)
}

function copyList(list: unknown[], walk: Walk, depth: number, under: KeyKind): unknown[] {
  const out: unknown[] = []
  for (const item of list) {
    if (walk.left-- <= 0) return [...out, '[truncated]']
    const says = typeof item === 'string' && (isMessage(item) || isPlaceholder(item))
    out.push(copy(item, walk, depth + 1, says ? NONE : under))
  }
  return out
}

function copyEntries(
  entries: Iterable<[unknown, unknown]>,
  walk: Walk,
  depth: number,
  under: KeyKind,
): object {
  // No prototype: names come from users' data, `__proto__` among them.
  const out: Record<string, unknown> = Object.create(null)
  for (const [name, value] of entries) {
    if (walk.left-- <= 0) break
    const key = String(name)
    out[walk.mask ? scanText(key) : key] = copy(
      value,
      walk,
      depth + 1,
      walk.mask ? kindBelow(key, under, value) : NONE,
    )
  }
  return out
}

/** A field's own kind, or that of the secret it is part of. Numbers beside `tokens` are counts. */
function kindBelow(key: string, under: KeyKind, value: unknown): KeyKind {
  const own = keyKind(key)
  if (own === SOFT && typeof value === 'number' && /tokens$/i.test(key)) return NONE
  if (own !== NONE) return own
  if (under === SOFT && typeof value === 'number') return NONE
  return under === NONE || DESCRIBES.test(key) ? NONE : under
}
