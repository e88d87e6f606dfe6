import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'

/** Values of a file of `NAME=value` lines, as docker compose reads it. */
export function readEnvFile(path: string): Record<string, string> {
  const values: Record<string, string> = Object.create(null)
  for (const line of existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []) {
    const [, name, value = ''] = /^\s*([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (name !== undefined) values[name] = value.replace(/^(["'])(.*)\1$/, '$2')
  }
  return values
}

/**
 * Sets some lines and leaves all others as they are. Replaced whole, with the mode it had: whoever
 * reads it meanwhile finds the old or the new one.
 */
export function setEnvLines(path: string, values: Readonly<Record<string, string>>): void {
  const left = new Map(Object.entries(values))
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const lines = text.split('\n').map((line) => {
    const name = /^\s*([A-Za-z_]\w*)\s*=/.exec(line)?.[1]
    const value = name === undefined ? undefined : values[name]
    if (name === undefined || value === undefined) return line
    left.delete(name)
    return `${name}=${value}`
  })
  while (lines.at(-1) === '') lines.pop()
  for (const [name, value] of left) lines.push(`${name}=${value}`)
  const mode = existsSync(path) ? statSync(path).mode & 0o777 : 0o600
  const scratch = `${path}.${process.pid}`
  writeFileSync(scratch, `${lines.join('\n')}\n`, { mode, flush: true })
  renameSync(scratch, path)
}
