/** `NAME=value` a line → an object. `line` is the first that is not of that form, from 1. */
export function parseEnv(text: string): { env: Record<string, string> } | { line: number } {
  const env: Record<string, string> = {}
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const at = line.indexOf('=')
    if (at <= 0) return { line: index + 1 }
    env[line.slice(0, at).trim()] = line.slice(at + 1)
  }
  return { env }
}

export function envText(env: Record<string, string>): string {
  return Object.entries(env)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')
}

type Volume = { source: string; target: string; readOnly: boolean }

/** `source:target[:ro]` a line → volumes. `line` is the first that is not of that form, from 1. */
export function parseVolumes(text: string): { volumes: Volume[] } | { line: number } {
  const volumes: Volume[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const [source = '', target = '', mode, ...rest] = line.trim().split(':')
    const known = mode === undefined || mode === 'ro' || mode === 'rw'
    if (source === '' || target === '' || !known || rest.length > 0) return { line: index + 1 }
    volumes.push({ source, target, readOnly: mode === 'ro' })
  }
  return { volumes }
}

export function volumesText(volumes: readonly Volume[]): string {
  return volumes
    .map(({ source, target, readOnly }) => `${source}:${target}${readOnly ? ':ro' : ''}`)
    .join('\n')
}

/** One argument a line; blank lines are no arguments. */
export function parseCommand(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '')
}
