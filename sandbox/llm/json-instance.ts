import type { JsonSchema } from './chat-request.ts'
import { isObject } from './json-object.ts'
import { numberFor, textFor } from './json-scalars.ts'

export type InstanceOptions = {
  /** The prompt: what texts, numbers and choices are taken from. */
  text: string
  onlyRequired?: boolean
}

type Context = InstanceOptions & { root: JsonSchema }

/** Deeper than this, optional properties are left out and lists kept empty, so recursion ends. */
const DEEP = 5
const DEEPEST = 24

/** Builds an instance that validates against the schema; the same input gives the same instance. */
export function instanceOf(schema: JsonSchema, options: InstanceOptions): unknown {
  return build(schema, { ...options, root: schema }, '', 0)
}

function build(raw: unknown, context: Context, name: string, depth: number): unknown {
  if (raw === true || raw === undefined || depth > DEEPEST) return context.text.slice(0, 80)
  if (!isObject(raw)) return null
  const schema = resolve(raw, context.root)
  if ('const' in schema) return schema.const
  if (Array.isArray(schema.enum)) return choose(schema.enum, context.text)
  const branches = schema.anyOf ?? schema.oneOf
  if (Array.isArray(branches)) {
    const { anyOf: _a, oneOf: _o, ...base } = schema
    return build(merge(base, pickBranch(branches, context, depth)), context, name, depth + 1)
  }
  switch (typeOf(schema)) {
    case 'object':
      return buildObject(schema, context, depth)
    case 'array':
      return buildArray(schema, context, name, depth)
    case 'integer':
    case 'number':
      return numberFor(schema, context.text, name, typeOf(schema) === 'integer')
    case 'boolean':
      return !/\b(?:no|not|false|never)\b|いいえ|ない|否/i.test(context.text)
    case 'null':
      return null
    default:
      return textFor(schema, context.text, name)
  }
}

/** Follows local references and folds `allOf` in. */
function resolve(schema: JsonSchema, root: JsonSchema, hops = 0): JsonSchema {
  let resolved = schema
  if (typeof schema.$ref === 'string' && hops < DEEPEST) {
    const { $ref, ...siblings } = schema
    const target = schema.$ref
      .replace(/^#\/?/, '')
      .split('/')
      .filter((step) => step !== '')
      .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce<unknown>(
        (node, step) =>
          isObject(node) || Array.isArray(node) ? Reflect.get(node, step) : undefined,
        root,
      )
    resolved = merge(siblings, isObject(target) ? resolve(target, root, hops + 1) : {})
  }
  if (!Array.isArray(resolved.allOf)) return resolved
  const { allOf, ...base } = resolved
  return (allOf as unknown[]).reduce<JsonSchema>(
    (all, part) => (isObject(part) ? merge(all, resolve(part, root, hops + 1)) : all),
    base,
  )
}

function merge(a: JsonSchema, b: JsonSchema): JsonSchema {
  const merged: JsonSchema = { ...a, ...b }
  if (isObject(a.properties) && isObject(b.properties)) {
    merged.properties = { ...a.properties, ...b.properties }
  }
  if (Array.isArray(a.required) && Array.isArray(b.required)) {
    merged.required = [...new Set([...a.required, ...b.required])]
  }
  return merged
}

function typeOf(schema: JsonSchema): string {
  if (typeof schema.type === 'string') return schema.type
  if (Array.isArray(schema.type)) {
    const types: unknown[] = schema.type
    return String(types.find((type) => type !== 'null') ?? 'null')
  }
  if (schema.properties !== undefined || schema.required !== undefined) return 'object'
  if (schema.items !== undefined || schema.prefixItems !== undefined) return 'array'
  const bounds = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']
  return bounds.some((bound) => schema[bound] !== undefined) ? 'number' : 'string'
}

/** The value the prompt names; else the first. */
function choose(values: unknown[], text: string): unknown {
  const lower = text.toLowerCase()
  const named = values.find(
    (value) => typeof value === 'string' && value !== '' && lower.includes(value.toLowerCase()),
  )
  return named ?? values[0]
}

/** Deep down, the branch that ends soonest: null, then a scalar. */
function pickBranch(branches: unknown[], context: Context, depth: number): JsonSchema {
  const objects = branches.filter(isObject).map((branch) => resolve(branch, context.root))
  const weight = (schema: JsonSchema) =>
    ['null', 'object', 'array'].indexOf(typeOf(schema)) === 0
      ? 0
      : typeOf(schema) === 'object'
        ? 2
        : 1
  if (depth >= DEEP) return objects.toSorted((a, b) => weight(a) - weight(b))[0] ?? {}
  return objects.find((schema) => typeOf(schema) !== 'null') ?? objects[0] ?? {}
}

function buildObject(schema: JsonSchema, context: Context, depth: number): unknown {
  const properties = isObject(schema.properties) ? schema.properties : {}
  const required = new Set<unknown>(Array.isArray(schema.required) ? schema.required : [])
  const made: Record<string, unknown> = {}
  for (const [key, child] of Object.entries(properties)) {
    const optional = !required.has(key)
    if (optional && (context.onlyRequired || depth >= DEEP)) continue
    define(made, key, build(child, context, key, depth + 1))
  }
  for (const key of required) {
    if (typeof key !== 'string' || Object.hasOwn(made, key)) continue
    define(made, key, build(schema.additionalProperties, context, key, depth + 1))
  }
  const least = typeof schema.minProperties === 'number' ? schema.minProperties : 0
  for (let i = 1; Object.keys(made).length < least && i <= least; i++) {
    made[`item${i}`] = build(schema.additionalProperties, context, `item${i}`, depth + 1)
  }
  return made
}

/** A property named `__proto__` must become a property, not a prototype. */
function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}

function buildArray(schema: JsonSchema, context: Context, name: string, depth: number): unknown[] {
  const prefix: unknown[] = Array.isArray(schema.prefixItems) ? schema.prefixItems : []
  const least = typeof schema.minItems === 'number' ? schema.minItems : 0
  const most = typeof schema.maxItems === 'number' ? schema.maxItems : Number.POSITIVE_INFINITY
  const open = schema.items !== false
  const wanted = Math.min(most, Math.max(least, prefix.length, open && depth < DEEP ? 2 : 0))
  const pieces = context.text.split(/[。、,.\n]+/).filter((piece) => piece.trim() !== '')
  const made: unknown[] = []
  for (let i = 0; made.length < wanted && i < wanted * 4 + 8; i++) {
    const text = pieces.length > 0 ? (pieces[i % pieces.length] ?? '').trim() : context.text
    const again = i >= pieces.length && schema.uniqueItems === true ? ` ${i + 1}` : ''
    const child = prefix[made.length] ?? schema.items
    const item = distinct(child, { ...context, text: text + again }, name, depth, i)
    const twin =
      schema.uniqueItems === true && made.some((m) => JSON.stringify(m) === JSON.stringify(item))
    if (!twin) made.push(item)
  }
  return made
}

/** Lists of unique choices walk through the choices instead of repeating the first. */
function distinct(child: unknown, context: Context, name: string, depth: number, i: number) {
  const schema = isObject(child) ? resolve(child, context.root) : null
  if (schema && Array.isArray(schema.enum)) return schema.enum[i % schema.enum.length]
  if (schema && /^(?:integer|number)$/.test(typeOf(schema))) {
    return numberFor(schema, context.text, name, typeOf(schema) === 'integer', i)
  }
  return build(child, context, name, depth + 1)
}
