import type { FieldError } from '@minato/platform/errors'
import { secretsErrors } from './errors.ts'

/** Which field of which vault item stands in a place: `{{ bw:github:token }}`. */
export type Reference = { item: string; field: string }

/** A reference and where it was found: `env.GITHUB_TOKEN`, `command[2]`. */
export type PlacedReference = Reference & { path: string }

// Neither part can begin or end with a blank, so a reference has one reading only.
const REFERENCE = /^\{\{\s*bw:\s*([^\s:{}]+)\s*:\s*([^\s{}:](?:[^{}:]*[^\s{}:])?)\s*\}\}$/
/** Meant as a reference, however it was spelt: passed on as text it would be a secret nobody has. */
const MEANT = /\{\{\s*bw\s*:/i
/** Deeper than any configuration, and far from the end of the stack. */
const MAX_DEPTH = 64

/**
 * The reference a text is, or undefined when it is none.
 *
 * @example parseReference('{{ bw:github:API token }}') // { item: 'github', field: 'API token' }
 */
export function parseReference(text: string): Reference | undefined {
  const match = REFERENCE.exec(text)
  const [, item, field] = match ?? []
  return item === undefined || field === undefined ? undefined : { item, field }
}

/** Whether a text was meant as a reference but is none, or holds more than one. */
export function isMalformedReference(text: string): boolean {
  return MEANT.test(text) && parseReference(text) === undefined
}

/** The text of a reference, in its plain spelling. */
export function formatReference({ item, field }: Reference): string {
  return `{{ bw:${item}:${field} }}`
}

/**
 * Every reference in a value, at any depth, in order. What is malformed is left out: `assertReferences`
 * refuses it.
 */
export function referencesIn(value: unknown): PlacedReference[] {
  const found: PlacedReference[] = []
  visit(value, '', 0, (text, path) => {
    const reference = parseReference(text)
    if (reference !== undefined) found.push({ ...reference, path })
  })
  return found
}

/**
 * @throws {MinatoError} MCP_CONSOLE_REFERENCE_INVALID (422), with the place of every text that contains `{{ bw:`
 * and is not exactly one reference. Names of fields are no place for a reference either.
 */
export function assertReferences(value: unknown): void {
  const errors: FieldError[] = []
  const check = (text: string, path: string) => {
    if (!isMalformedReference(text)) return
    errors.push({
      path,
      code: 'reference_invalid',
      message: 'Write {{ bw:item:field }} and nothing beside it.',
    })
  }
  visit(value, '', 0, check, (name, path) => {
    if (!MEANT.test(name)) return
    const message = 'A name cannot be a reference; use one as the value.'
    errors.push({ path, code: 'reference_in_name', message })
  })
  if (errors.length > 0) throw secretsErrors.MCP_CONSOLE_REFERENCE_INVALID({}, { errors })
}

type Visitor = (text: string, path: string) => void

/** Calls `onText` for every text in the value and `onName` for every name of a field. */
export function visit(
  value: unknown,
  path: string,
  depth: number,
  onText: Visitor,
  onName?: Visitor,
): void {
  if (typeof value === 'string') {
    onText(value, path)
    return
  }
  if (typeof value !== 'object' || value === null) return
  if (depth >= MAX_DEPTH) throw secretsErrors.MCP_CONSOLE_REFERENCE_TOO_DEEP({ max: MAX_DEPTH })
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      visit(item, `${path}[${index}]`, depth + 1, onText, onName)
    }
    return
  }
  for (const [name, item] of Object.entries(value)) {
    onName?.(name, path)
    visit(item, path === '' ? name : `${path}.${name}`, depth + 1, onText, onName)
  }
}

/** The same value with every text that is a reference replaced; nothing of the original is changed. */
export function replaceReferences(value: unknown, fill: (reference: Reference) => string): unknown {
  if (typeof value === 'string') {
    const reference = parseReference(value)
    return reference === undefined ? value : fill(reference)
  }
  if (Array.isArray(value)) return value.map((item) => replaceReferences(item, fill))
  if (typeof value !== 'object' || value === null) return value
  // fromEntries defines own properties: a name such as __proto__ stays a name.
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, replaceReferences(item, fill)]),
  )
}
