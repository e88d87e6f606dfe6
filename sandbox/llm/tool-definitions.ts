import type { ToolChoice, ToolDefinition } from './chat-request.ts'
import { badRequest } from './errors.ts'
import { isObject } from './json-object.ts'
import { checkStrictSchema } from './strict-schema.ts'

export function readTools(value: unknown): ToolDefinition[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || value.length === 0 || value.length > 128) {
    throw badRequest("Invalid 'tools': expected an array of 1 to 128 tools.", 'tools')
  }
  return value.map((raw: unknown, index) => {
    const param = `tools[${index}]`
    if (!isObject(raw) || raw.type !== 'function' || !isObject(raw.function)) {
      throw badRequest(`Invalid '${param}': expected type 'function' and a function.`, param)
    }
    const { name, description, parameters, strict } = raw.function
    if (typeof name !== 'string' || !/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
      throw badRequest(
        `Invalid '${param}.function.name': expected a string matching ^[a-zA-Z0-9_-]{1,64}$.`,
        `${param}.function.name`,
        'invalid_value',
      )
    }
    const schema = isObject(parameters) ? parameters : { type: 'object', properties: {} }
    if (schema.type !== 'object') {
      throw badRequest(
        `Invalid schema for function '${name}': schema must be a JSON Schema of 'type: "object"'.`,
        `${param}.function.parameters`,
        'invalid_function_parameters',
      )
    }
    if (strict === true) {
      checkStrictSchema(schema, `function '${name}'`, `${param}.function.parameters`)
    }
    return {
      name,
      description: typeof description === 'string' ? description : '',
      parameters: schema,
    }
  })
}

export function readToolChoice(value: unknown, tools: ToolDefinition[]): ToolChoice {
  if (value === undefined || value === null) return tools.length > 0 ? 'auto' : 'none'
  if (tools.length === 0) {
    throw badRequest("'tool_choice' is only allowed when 'tools' are specified.", 'tool_choice')
  }
  if (value === 'auto' || value === 'none' || value === 'required') return value
  const name = isObject(value) && isObject(value.function) ? value.function.name : undefined
  if (typeof name !== 'string' || !tools.some((tool) => tool.name === name)) {
    throw badRequest(
      "Invalid value for 'tool_choice': the named function is not among 'tools'.",
      'tool_choice',
    )
  }
  return { name }
}
