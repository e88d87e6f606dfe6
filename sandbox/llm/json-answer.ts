import type { ChatRequest } from './chat-request.ts'
import { instanceOf } from './json-instance.ts'
import { isObject } from './json-object.ts'
import { saidBy } from './recollection.ts'

export type JsonAnswerOptions = {
  violate: boolean
  /** The obeying model puts what it was told to leak into the texts of the instance. */
  filler: string | null
}

/** A JSON answer for `json_schema` and `json_object`. */
export function writeJson(request: ChatRequest, options: JsonAnswerOptions): string {
  const last = request.messages.findLast((message) => message.role === 'user')
  const text = options.filler ?? (last ? saidBy(last) : '')
  if (request.responseFormat.type !== 'json_schema') {
    return options.violate ? '{"answer": ' : JSON.stringify({ answer: text, sandbox: true })
  }
  const instance = instanceOf(request.responseFormat.schema, { text })
  return JSON.stringify(options.violate ? broken(instance) : instance)
}

/** Breaks an instance the way models do: a property missing, a value of the wrong type. */
function broken(instance: unknown): unknown {
  if (!isObject(instance)) return { unexpected: instance }
  const [first, ...others] = Object.entries(instance)
  if (!first) return [instance]
  const wrong = typeof first[1] === 'object' ? 'not what was asked' : { not: 'what was asked' }
  return Object.fromEntries([[first[0], wrong], ...others.slice(0, -1)])
}
