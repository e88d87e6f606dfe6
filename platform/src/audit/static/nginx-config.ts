/** One directive; a block has the directives inside it. */
export type Directive = { name: string; args: string[]; line: number; inside: Directive[] }

const TOKEN = /#[^\n]*|\n|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[{};]|[^\s{};#"']+|\s/g

/** Reads an nginx configuration; what it includes is not followed. */
export function parseNginx(text: string): Directive[] {
  const root: Directive[] = []
  const open: Directive[][] = [root]
  let words: string[] = []
  let line = 1
  for (const token of text.match(TOKEN) ?? []) {
    if (token === '\n') line += 1
    if (token.startsWith('#') || /^\s$/.test(token)) continue
    if (token === ';' || token === '{') {
      const [name = '', ...args] = words
      const directive = { name, args, line, inside: [] }
      open.at(-1)?.push(directive)
      if (token === '{') open.push(directive.inside)
      words = []
    } else if (token === '}') {
      if (open.length > 1) open.pop()
      words = []
    } else words.push(token.replace(/^(["'])([\s\S]*)\1$/, '$2'))
  }
  return root
}

/** Every directive of that name, wherever it stands. */
export function allNamed(directives: readonly Directive[], name: string): Directive[] {
  return directives.flatMap((one) => [
    ...(one.name === name ? [one] : []),
    ...allNamed(one.inside, name),
  ])
}
