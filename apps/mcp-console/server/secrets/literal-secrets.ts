import type { FieldError } from '@minato/platform/errors'
import { sanitizeValue } from '@minato/platform/log'
import { secretsErrors } from './errors.ts'
import { parseReference } from './reference.ts'

const MAX_DEPTH = 64
/** Filled in elsewhere: `${GITHUB_TOKEN}` is a name, not a secret. */
const VARIABLE = /^\$\{?[A-Za-z_][A-Za-z0-9_]*\}?$/

/**
 * Refuses a value that holds a secret itself where a reference belongs: by the names the log's sanitizer masks
 * (`password`, `API_TOKEN`, …) and by the keys it knows by their shape (cloud and vendor keys, JWTs, PEM blocks, …).
 *
 * @throws {MinatoError} MCP_CONSOLE_LITERAL_SECRET (422) with the place of each, never the value
 */
export function assertNoLiteralSecrets(value: unknown): void {
  const errors: FieldError[] = []
  search(value, { path: '', name: 'value', depth: 0 }, (path) => {
    const message = 'Put the value into the vault and write {{ bw:item:field }} here.'
    errors.push({ path, code: 'literal_secret', message })
  })
  if (errors.length > 0) throw secretsErrors.MCP_CONSOLE_LITERAL_SECRET({}, { errors })
}

type Place = { path: string; name: string; depth: number }

function search(value: unknown, place: Place, report: (path: string) => void): void {
  const { path, name, depth } = place
  if (typeof value === 'string' || typeof value === 'number') {
    if (isLiteralSecret(name, value)) report(path)
    return
  }
  if (typeof value !== 'object' || value === null) return
  if (depth >= MAX_DEPTH) throw secretsErrors.MCP_CONSOLE_REFERENCE_TOO_DEEP({ max: MAX_DEPTH })
  if (Array.isArray(value)) {
    searchList(value, place, report)
    return
  }
  const pairName = nameOfPair(value)
  for (const [key, item] of Object.entries(value)) {
    const at = { path: path === '' ? key : `${path}.${key}`, depth: depth + 1 }
    // `{ "name": "API_TOKEN", "value": "…" }`: the name stands beside the value.
    const meant = pairName !== undefined && key === 'value' ? pairName : key
    search(item, { ...at, name: meant }, report)
  }
}

function searchList(list: unknown[], place: Place, report: (path: string) => void): void {
  for (const [index, item] of list.entries()) {
    const path = `${place.path}[${index}]`
    const before = list[index - 1]
    // `--api-key` and its value are two arguments of one command line.
    const flag = typeof before === 'string' ? /^--?([A-Za-z][\w-]*)$/.exec(before)?.[1] : undefined
    const assigned = typeof item === 'string' ? /^-{0,2}([A-Za-z_][\w.-]*)=(.*)$/s.exec(item) : null
    if (assigned?.[1] !== undefined && assigned[2] !== undefined) {
      if (isLiteralSecret(assigned[1], assigned[2])) report(path)
      else if (isLiteralSecret('value', assigned[2])) report(path)
      continue
    }
    search(item, { path, name: flag ?? place.name, depth: place.depth + 1 }, report)
  }
}

function nameOfPair(value: object): string | undefined {
  if (!('value' in value)) return undefined
  if ('name' in value && typeof value.name === 'string') return value.name
  if ('key' in value && typeof value.key === 'string') return value.key
  return undefined
}

function isLiteralSecret(name: string, value: string | number): boolean {
  if (value === '') return false
  if (typeof value === 'string') {
    if (parseReference(value) !== undefined || VARIABLE.test(value)) return false
  }
  const masked = sanitizeValue({ [name]: value }) as Record<string, unknown>
  return masked[name] !== value
}
