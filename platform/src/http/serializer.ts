import fastJsonStringify, { type Schema } from 'fast-json-stringify'
import type { FastifySerializerCompiler } from 'fastify/types/schema.js'
import { z } from 'zod'

/**
 * Serializes answers with code compiled from the schema. Unknown properties are dropped, so a
 * column added to a table never leaks by itself; nothing is parsed a second time.
 */
export const serializerCompiler: FastifySerializerCompiler<unknown> = ({ schema }) => {
  const json = schema instanceof z.ZodType ? responseSchema(schema) : schema
  return fastJsonStringify(json as Schema)
}

/** JSON Schema of an answer; dates are written as ISO text. */
export function responseSchema(schema: z.ZodType): unknown {
  return z.toJSONSchema(schema, {
    io: 'output',
    target: 'draft-7',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type !== 'date') return
      jsonSchema.type = 'string'
      jsonSchema.format = 'date-time'
    },
  })
}
