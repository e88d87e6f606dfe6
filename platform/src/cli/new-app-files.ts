import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const TEMPLATES = join(import.meta.dirname, '../../templates/app')

/**
 * The files of a new app by path: small, but each kind once, so that the next one is written by
 * analogy. They are the files of platform/templates/app with the name filled in.
 */
export function newAppFiles(name: string, now: Date): Record<string, string> {
  const words: Record<string, string> = {
    name,
    schema: name.replaceAll('-', '_'),
    title: name.replaceAll('-', ' ').replace(/^./, (letter) => letter.toUpperCase()),
  }
  const timestamp = now.toISOString().replace(/\D/g, '').slice(0, 14)
  const files = globSync('**/*.template', { cwd: TEMPLATES }).map((file) => {
    const text = readFileSync(join(TEMPLATES, file), 'utf8')
    const path = file.replace('.template', '').replace('TIMESTAMP', timestamp)
    return [path, text.replace(/\{\{(\w+)\}\}/g, (whole, word: string) => words[word] ?? whole)]
  })
  return Object.fromEntries(files)
}
