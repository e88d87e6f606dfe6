/**
 * Docker's catalog writes `{{clickhouse.host}}` where the person's configuration goes, with filters
 * for folders (`{{filesystem.paths|volume|into}}`). These are not our vault references.
 */
const TEMPLATE = /\{\{\s*([A-Za-z0-9_-]+)\.([A-Za-z0-9_.-]+)((?:\s*\|\s*[a-z:[\]-]+)*)\s*\}\}/g

export type Parameter = {
  name: string
  description: string
  default: string | undefined
  required: boolean
  secret: boolean
}

/** `parameters` of a catalog entry by name: JSON Schema properties, an object or a list of pairs. */
export type Parameters = ReadonlyMap<string, Parameter>

type ConfigEntry = {
  description?: string | null | undefined
  properties?: unknown
  required?: readonly string[] | null | undefined
}

export function parametersOf(config: readonly ConfigEntry[]): Parameters {
  const found = new Map<string, Parameter>()
  for (const entry of config) {
    for (const [name, schema] of propertiesOf(entry.properties)) {
      const { description, default: initial, format } = schema
      found.set(name, {
        name,
        description: typeof description === 'string' ? description : (entry.description ?? ''),
        default: scalarText(initial),
        required: entry.required?.includes(name) ?? false,
        secret: format === 'password',
      })
    }
  }
  return found
}

function propertiesOf(properties: unknown): [string, Record<string, unknown>][] {
  if (Array.isArray(properties)) {
    // v3 in JSON writes an ordered list: { Name, Schema }.
    return properties.flatMap((pair): [string, Record<string, unknown>][] =>
      isRecord(pair) && typeof pair['Name'] === 'string'
        ? [[pair['Name'], isRecord(pair['Schema']) ? pair['Schema'] : {}]]
        : [],
    )
  }
  if (!isRecord(properties)) return []
  return Object.entries(properties).map(([name, schema]) => [name, isRecord(schema) ? schema : {}])
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Text of a number, a boolean or a string; undefined for all else. */
export function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

export type Template = { parameter: string; filters: string[]; whole: boolean }

/** The templates in a text, in order. `whole`: the text is nothing but the template. */
export function templatesIn(text: string): Template[] {
  return [...text.matchAll(TEMPLATE)].map((match) => ({
    parameter: match[2] ?? '',
    filters: (match[3] ?? '')
      .split('|')
      .map((filter) => filter.trim())
      .filter((filter) => filter !== ''),
    whole: match[0] === text.trim(),
  }))
}

/** The text with every template replaced by its default; undefined when one has none. */
export function withDefaults(text: string, parameters: Parameters): string | undefined {
  let missing = false
  const filled = text.replace(TEMPLATE, (_whole, _server: string, parameter: string) => {
    const value = parameters.get(parameter)?.default
    if (value === undefined) missing = true
    return value ?? ''
  })
  return missing ? undefined : filled
}

/** Where a folder of the person's choice appears inside the container. */
export function folderTarget(parameter: string): string {
  return `/mnt/${parameter.replaceAll(/[^A-Za-z0-9_-]+/g, '-')}`
}
