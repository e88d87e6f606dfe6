import { badRequest, OpenAiError } from './errors.ts'
import { isObject } from './json-object.ts'

/**
 * `strict: true` demands of every object that it closes itself and requires all its properties.
 * The real service refuses other schemas with 400, so an app would notice only in production.
 */
export function checkStrictSchema(schema: unknown, name: string, param: string): void {
  walk(schema, [], (problem, path) => {
    const where = path.length > 0 ? path.map((step) => `'${step}'`).join(', ') : ''
    const message = `Invalid schema for ${name}: In context=(${where}), ${problem}`
    const code = name.startsWith('function') ? 'invalid_function_parameters' : 'invalid_json_schema'
    throw badRequest(message, param, code)
  })
}

type Refuse = (problem: string, path: string[]) => void

function walk(schema: unknown, path: string[], refuse: Refuse): void {
  if (path.length > 40) throw new OpenAiError(400, 'The schema is nested too deeply.')
  if (!isObject(schema)) return
  if (isObject(schema.properties) || schema.type === 'object') {
    const properties = isObject(schema.properties) ? schema.properties : {}
    if (schema.additionalProperties !== false) {
      refuse("'additionalProperties' is required to be supplied and to be false.", path)
    }
    const required: unknown[] = Array.isArray(schema.required) ? schema.required : []
    for (const [key, child] of Object.entries(properties)) {
      if (!required.includes(key)) {
        refuse(
          `'required' is required to be supplied and to be an array including every key in properties. Missing '${key}'.`,
          path,
        )
      }
      walk(child, [...path, 'properties', key], refuse)
    }
  }
  walk(schema.items, [...path, 'items'], refuse)
  for (const keyword of ['anyOf', 'oneOf', 'allOf']) {
    const branches = schema[keyword]
    if (keyword !== 'anyOf' && branches !== undefined)
      refuse(`'${keyword}' is not permitted.`, path)
    if (Array.isArray(branches)) {
      branches.forEach((branch, i) => {
        walk(branch, [...path, keyword, String(i)], refuse)
      })
    }
  }
  for (const keyword of ['$defs', 'definitions']) {
    const defs = schema[keyword]
    if (!isObject(defs)) continue
    for (const [key, child] of Object.entries(defs)) walk(child, [...path, keyword, key], refuse)
  }
}
