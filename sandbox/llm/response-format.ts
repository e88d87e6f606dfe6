import type { ChatMessage, ResponseFormat } from './chat-request.ts'
import { badRequest } from './errors.ts'
import { isObject } from './json-object.ts'
import { checkStrictSchema } from './strict-schema.ts'

export function readResponseFormat(value: unknown, messages: ChatMessage[]): ResponseFormat {
  if (value === undefined || value === null) return { type: 'text' }
  const type = isObject(value) ? value.type : undefined
  if (type === 'text') return { type }
  if (type === 'json_object') {
    // The real service insists on the word, because without it models write blanks for ever.
    const said = messages.some((message) => message.texts.some((text) => /json/i.test(text)))
    if (!said) {
      throw badRequest(
        "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
        'messages',
      )
    }
    return { type }
  }
  if (type !== 'json_schema' || !isObject(value)) {
    throw badRequest(
      "Invalid value for 'response_format.type'. Supported values are: text, json_object, json_schema.",
      'response_format.type',
      'invalid_value',
    )
  }
  const format = isObject(value.json_schema) ? value.json_schema : {}
  if (typeof format.name !== 'string' || !/^[a-zA-Z0-9_-]{1,64}$/.test(format.name)) {
    throw badRequest(
      "Missing or invalid parameter: 'response_format.json_schema.name' (^[a-zA-Z0-9_-]{1,64}$).",
      'response_format.json_schema.name',
    )
  }
  const schema = isObject(format.schema) ? format.schema : {}
  if (format.strict === true) {
    if (schema.type !== 'object') {
      throw badRequest(
        `Invalid schema for response_format '${format.name}': schema must be a JSON Schema of 'type: "object"'.`,
        'response_format',
        'invalid_json_schema',
      )
    }
    checkStrictSchema(schema, `response_format '${format.name}'`, 'response_format')
  }
  return { type, name: format.name, schema }
}
