import { readFileSync } from 'node:fs'

/** One text a line; lines that begin with `# ` are headings. */
export function readLines(file: string): string[] {
  const path = new URL(`../test-data/${file}`, import.meta.url)
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('# '))
}
