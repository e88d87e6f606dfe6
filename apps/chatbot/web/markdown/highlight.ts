import type { Root } from 'hast'
import type { LanguageFn } from 'highlight.js'
import { createLowlight } from 'lowlight'

// Loaded only once an answer has code, and of the languages only those that occur.
const lowlight = createLowlight()

const sources: Record<string, () => Promise<{ default: LanguageFn }>> = {
  bash: () => import('highlight.js/lib/languages/bash'),
  cpp: () => import('highlight.js/lib/languages/cpp'),
  csharp: () => import('highlight.js/lib/languages/csharp'),
  css: () => import('highlight.js/lib/languages/css'),
  diff: () => import('highlight.js/lib/languages/diff'),
  go: () => import('highlight.js/lib/languages/go'),
  java: () => import('highlight.js/lib/languages/java'),
  javascript: () => import('highlight.js/lib/languages/javascript'),
  json: () => import('highlight.js/lib/languages/json'),
  php: () => import('highlight.js/lib/languages/php'),
  python: () => import('highlight.js/lib/languages/python'),
  ruby: () => import('highlight.js/lib/languages/ruby'),
  rust: () => import('highlight.js/lib/languages/rust'),
  sql: () => import('highlight.js/lib/languages/sql'),
  typescript: () => import('highlight.js/lib/languages/typescript'),
  xml: () => import('highlight.js/lib/languages/xml'),
  yaml: () => import('highlight.js/lib/languages/yaml'),
}

const aliases: Record<string, string> = {
  ...{ sh: 'bash', shell: 'bash', zsh: 'bash', console: 'bash', powershell: 'bash' },
  ...{ c: 'cpp', h: 'cpp', 'c++': 'cpp', cs: 'csharp', 'c#': 'csharp', golang: 'go' },
  ...{ js: 'javascript', jsx: 'javascript', mjs: 'javascript', ts: 'typescript' },
  ...{ tsx: 'typescript', py: 'python', rb: 'ruby', rs: 'rust', patch: 'diff' },
  ...{ html: 'xml', svg: 'xml', vue: 'xml', yml: 'yaml', jsonc: 'json', json5: 'json' },
}

/** Makes a language ready; false for one that is not among them. */
export async function loadLanguage(name: string): Promise<boolean> {
  const language = languageNamed(name)
  if (lowlight.registered(language)) return true
  const source = Object.hasOwn(sources, language) ? sources[language] : undefined
  if (source === undefined) return false
  lowlight.register(language, (await source()).default)
  return true
}

/** The code as a tree of spans; undefined before its language is ready. */
export function highlight(name: string, code: string): Root | undefined {
  const language = languageNamed(name)
  return lowlight.registered(language) ? lowlight.highlight(language, code) : undefined
}

function languageNamed(name: string): string {
  const lower = name.toLowerCase()
  return Object.hasOwn(aliases, lower) ? (aliases[lower] ?? lower) : lower
}
