/** What of a tool's JSON Schema a form can ask for; everything else is written as JSON. */
export type ArgumentField = {
  name: string
  kind: 'text' | 'number' | 'boolean' | 'choice'
  choices: string[]
  required: boolean
  description: string
  initial: string
}

type Schema = { type?: unknown; properties?: unknown; required?: unknown }

/** The fields of an input schema; undefined when a form cannot hold all of it. */
export function argumentFields(schema: unknown): ArgumentField[] | undefined {
  if (!isObject(schema)) return []
  const { properties, required } = schema as Schema
  if (!isObject(properties)) return []
  const needed = new Set(Array.isArray(required) ? required : [])
  const fields: ArgumentField[] = []
  for (const [name, value] of Object.entries(properties)) {
    const field = fieldOf(name, value, needed.has(name))
    if (field === undefined) return undefined
    fields.push(field)
  }
  return fields
}

function fieldOf(name: string, schema: unknown, required: boolean): ArgumentField | undefined {
  if (!isObject(schema)) return undefined
  const { type, enum: choices, description, default: initial } = schema
  const base = {
    name,
    required,
    choices: [],
    description: typeof description === 'string' ? description : '',
    initial: typeof initial === 'object' || initial === undefined ? '' : String(initial),
  }
  if (Array.isArray(choices) && choices.every((one) => typeof one === 'string'))
    return { ...base, kind: 'choice', choices }
  if (type === 'string') return { ...base, kind: 'text' }
  if (type === 'number' || type === 'integer') return { ...base, kind: 'number' }
  if (type === 'boolean') return { ...base, kind: 'boolean' }
  return undefined
}

/** What is left empty is left out. `bad` names the field that cannot be read. */
export function readArguments(
  fields: readonly ArgumentField[],
  values: Record<string, string>,
): { arguments: Record<string, unknown> } | { bad: string } {
  const read: Record<string, unknown> = {}
  for (const { name, kind } of fields) {
    const value = values[name] ?? ''
    if (kind === 'boolean') read[name] = value !== ''
    else if (value === '') continue
    else if (kind === 'number') {
      const number = Number(value)
      if (!Number.isFinite(number)) return { bad: name }
      read[name] = number
    } else read[name] = value
  }
  return { arguments: read }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
