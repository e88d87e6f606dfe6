import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { definedErrors } from '@minato/platform/errors'

const HEAD = `# Errors

Every error code with its HTTP status, its cause and its cure, as the answer says them. The body is
\`application/problem+json\` with \`code\`, \`title\`, \`detail\`, \`requestId\` and, for validation, \`errors[]\`; the
language follows \`Accept-Language\`. Words in braces are filled in. A job that fails has the code as its \`reason\`.

Written by \`npm run docs\` from the code; a test fails when the two differ.
`

/** The page of all errors that any module of the checkout defines. */
export async function errorsPage(root: string): Promise<string> {
  await loadEveryTable(root)
  const groups = Map.groupBy(Object.entries(definedErrors()), ([code]) => groupOf(code))
  const sections = [...groups.keys()].sort().map((group) => {
    const rows = (groups.get(group) ?? []).sort(([a], [b]) => (a < b ? -1 : 1))
    const lines = rows.map(
      ([code, { status, title, detail }]) =>
        `| \`${code}\` | ${status} | ${cell(title.en)}<br>${cell(title.ja)} | ${cell(detail.en)}<br>${cell(detail.ja)} |`,
    )
    return `## ${group}\n\n| code | status | cause | cure |\n|---|---|---|---|\n${lines.join('\n')}\n`
  })
  return [HEAD, ...sections].join('\n')
}

async function loadEveryTable(root: string): Promise<void> {
  const files = globSync('{platform/src,apps,sandbox}/**/*.ts', {
    cwd: root,
    exclude: (path) => path.includes('node_modules') || path.endsWith('/web'),
  }).filter((file) => !file.endsWith('.test.ts'))
  for (const file of files) {
    if (!readFileSync(join(root, file), 'utf8').includes('= defineErrors(')) continue
    await import(pathToFileURL(join(root, file)).href)
  }
}

/** MCP_CONSOLE_… belongs to its app; what has no concern's name in front is general. */
function groupOf(code: string): string {
  const app = /^(MCP_CONSOLE|CHATBOT|OPERATIONS)_/.exec(code)?.[1]
  if (app !== undefined) return app.toLowerCase().replaceAll('_', '-')
  const concern = CONCERNS.find((name) => code.startsWith(`${name.toUpperCase()}_`))
  return concern ?? 'general'
}

const CONCERNS = [
  ...['audit', 'auth', 'backup', 'cache', 'data', 'deploy', 'file', 'files', 'http', 'job', 'jobs'],
  ...['keys', 'llm', 'mail', 'outbound', 'prompt', 'realtime', 'sqlite', 'upload', 'uploads'],
]

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
