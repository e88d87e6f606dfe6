import { z } from 'zod'

type Schema = Record<string, unknown>

/**
 * A zod schema as the JSON Schema that model servers take: draft-7 words, no `$schema`, and objects
 * closed, because strict mode refuses open ones.
 */
export function jsonSchemaOf(schema: z.ZodType): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.type === 'object' && jsonSchema.properties !== undefined)
        jsonSchema.additionalProperties ??= false
    },
  })
  return rest
}

/**
 * Whether strict mode takes a schema: every object closed, every property required. Optional
 * properties are fine in zod but not there; such a schema goes out as a wish, and zod has the say.
 */
export function isStrict(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isStrict)
  if (typeof schema !== 'object' || schema === null) return true
  // Strict mode knows anyOf, but neither of these (discriminated unions and intersections).
  if ('oneOf' in schema || 'allOf' in schema) return false
  const { type, properties, required, additionalProperties } = schema as Schema
  if (type === 'object') {
    const names = Object.keys((properties as object | undefined) ?? {})
    const all = Array.isArray(required) && names.every((name) => required.includes(name))
    if (additionalProperties !== false || !(all || names.length === 0)) return false
  }
  return Object.values(schema).every(isStrict)
}
