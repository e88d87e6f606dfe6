/** The type of a target column, domains and arrays taken apart. */
export type TargetType = {
  /** PostgreSQL's internal name: text, int4, timestamptz, … For an array that of its elements. */
  name: string
  array: boolean
  /** Labels of an enum. */
  labels: readonly string[] | undefined
  /** varchar(n) and char(n). */
  maxLength: number | undefined
  /** numeric(p, s). */
  precision: number | undefined
  scale: number | undefined
  /** As PostgreSQL writes it, for people: `numeric(10,2)`. */
  shown: string
}

const KNOWN = new Set([
  ...['text', 'varchar', 'bpchar', 'citext', 'bool', 'int2', 'int4', 'int8', 'float4', 'float8'],
  ...['numeric', 'timestamptz', 'timestamp', 'date', 'time', 'uuid', 'json', 'jsonb', 'bytea'],
])

export function isKnown(type: TargetType): boolean {
  return type.labels !== undefined || KNOWN.has(type.name)
}

export function isText({ name, array }: TargetType): boolean {
  return !array && /^(text|varchar|bpchar|citext)$/.test(name)
}

export function isTime({ name, array }: TargetType): boolean {
  return !array && /^(timestamptz|timestamp|date)$/.test(name)
}
