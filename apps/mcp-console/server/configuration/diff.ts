export type Change = {
  /** `settings.callsPerMinute`, `servers[github].enabled`. */
  path: string
  kind: 'added' | 'removed' | 'changed'
  before?: unknown
  after?: unknown
}

/**
 * What changed between two JSON values, place by place. Lists of named things are compared by name,
 * so that one taken out of the middle is one removal; other lists by position.
 */
export function diffJson(before: unknown, after: unknown, path = ''): Change[] {
  if (before === undefined && after === undefined) return []
  if (before === undefined) return [{ path, kind: 'added', after }]
  if (after === undefined) return [{ path, kind: 'removed', before }]
  if (isRecord(before) && isRecord(after)) {
    return diffEntries(Object.entries(before), Object.entries(after), (key) =>
      path === '' ? key : `${path}.${key}`,
    )
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const named = namesOf(before) !== undefined && namesOf(after) !== undefined
    const entries = (list: unknown[]) =>
      list.map((item, index): [string, unknown] => [
        named ? (nameOf(item) ?? String(index)) : String(index),
        item,
      ])
    const changes = diffEntries(entries(before), entries(after), (key) => `${path}[${key}]`)
    return changes.length > 0 || !named ? changes : movedOnly(before, after, path)
  }
  return sameScalar(before, after) ? [] : [{ path, kind: 'changed', before, after }]
}

function diffEntries(
  before: [string, unknown][],
  after: [string, unknown][],
  at: (key: string) => string,
): Change[] {
  const [old, now] = [new Map(before), new Map(after)]
  const keys = [...new Set([...old.keys(), ...now.keys()])]
  return keys.flatMap((key) => diffJson(old.get(key), now.get(key), at(key)))
}

/** Named lists that hold the same in another order: order is kept, so it is a change. */
function movedOnly(before: unknown[], after: unknown[], path: string): Change[] {
  const [old, now] = [namesOf(before) ?? [], namesOf(after) ?? []]
  return old.every((name, index) => name === now[index])
    ? []
    : [{ path, kind: 'changed', before: old, after: now }]
}

function sameScalar(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}

function namesOf(list: readonly unknown[]): string[] | undefined {
  const names = list.map(nameOf)
  const known = names.filter((name) => name !== undefined)
  return known.length === list.length && new Set(known).size === known.length ? known : undefined
}

function nameOf(item: unknown): string | undefined {
  return isRecord(item) && typeof item['name'] === 'string' ? item['name'] : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
