/**
 * Names of several servers side by side. Tools and prompts: `prefix__name`. Resources: the prefix
 * goes into the scheme, `prefix+file:///x`, so that a URI stays a URI and a template a template.
 * An empty prefix leaves names as they are.
 */
const JOINT = '__'

export function joinName(prefix: string, name: string): string {
  return prefix === '' ? name : prefix + JOINT + name
}

/** The prefix and the server's own name. Prefixes never hold the joint, names may. */
export function splitName(name: string): { prefix: string; rest: string } {
  const at = name.indexOf(JOINT)
  return at <= 0
    ? { prefix: '', rest: name }
    : { prefix: name.slice(0, at), rest: name.slice(at + JOINT.length) }
}

export function joinUri(prefix: string, uri: string): string {
  return prefix === '' ? uri : `${prefix}+${uri}`
}

export function splitUri(uri: string): { prefix: string; rest: string } {
  const plus = uri.indexOf('+')
  const colon = uri.indexOf(':')
  return plus <= 0 || colon < plus
    ? { prefix: '', rest: uri }
    : { prefix: uri.slice(0, plus), rest: uri.slice(plus + 1) }
}

/** Whether a list of names, where `*` at the end stands for any rest, has this one. */
export function allowsName(list: readonly string[] | null, name: string): boolean {
  if (list === null) return true
  return list.some((entry) =>
    entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : entry === name,
  )
}
