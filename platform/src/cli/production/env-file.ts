import { parseEnv } from 'node:util'

/** One variable with the reason it is there; undefined value: shown commented out. */
export type EnvLine = { name: string; value: string | undefined; why: string }

/**
 * The text of an environment file: what is there stays (also what a person added), what is missing
 * is added with its reason, what was asked for by name is changed.
 *
 * @example
 * mergeEnv('PORT=1\n', [{ name: 'HOST', value: 'a', why: 'where' }], {})  // 'PORT=1\n# where\nHOST=a\n'
 */
export function mergeEnv(
  there: string,
  lines: readonly EnvLine[],
  asked: Readonly<Record<string, string>>,
): string {
  const known = parseEnv(there)
  const kept = there
    .split('\n')
    .map((line) => {
      // A line that init commented out is where the answer belongs, once there is one.
      const [, mark, name = ''] = /^(# )?([A-Z][A-Z0-9_]*)=/.exec(line) ?? []
      const value = asked[name]
      const settled = mark === undefined ? known[name] === value : known[name] !== undefined
      return value === undefined || settled ? line : `${name}=${quoted(value)}`
    })
    .join('\n')
  const added = [
    ...lines.filter(({ name }) => known[name] === undefined && !hasCommented(there, name)),
    ...Object.entries(asked)
      .filter(([name]) => known[name] === undefined && lines.every((line) => line.name !== name))
      .filter(([name]) => !hasCommented(there, name))
      .map(([name, value]) => ({ name, value, why: '' })),
  ].map(({ name, value, why }) => {
    const given = asked[name] ?? value
    const line = given === undefined ? `# ${name}=` : `${name}=${quoted(given)}`
    return why === '' ? `${line}\n` : `# ${why}\n${line}\n`
  })
  const before = kept === '' || kept.endsWith('\n') ? kept : `${kept}\n`
  return before + added.join('')
}

function hasCommented(there: string, name: string): boolean {
  return there.split('\n').some((line) => line.startsWith(`# ${name}=`))
}

/** Single quotes keep `$` and `#` as they are, for Compose as well as for Node. */
function quoted(value: string): string {
  return /^[\w@%+=:,./-]*$/.test(value) ? value : `'${value}'`
}
