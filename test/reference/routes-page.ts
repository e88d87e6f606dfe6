const HEAD = `# Routes

Every address the web server answers, with who may ask (a permission, \`public\`, or \`signed-in\`), how often (the rate
class, see \`RATE_*\` in [configuration](configuration.md)) and how large a body may be. The shapes of bodies and answers
are at \`/api/docs\` of every running deployment. Errors: [errors](errors.md).

Written by \`npm run docs\` from the routes themselves; a test fails when the two differ.
`

/** As /api/docs/json has them: address → method → what holds for it. */
export type Paths = Record<
  string,
  Record<string, { 'x-permission'?: string; 'x-rate'?: string; 'x-body-limit'?: number }>
>

type Route = { method: string; url: string; permission: string; rate: string; body: string }

/** The page of all routes that a web server told of itself. */
export function routesPage(paths: Paths): string {
  const routes = Object.entries(paths).flatMap(([url, methods]) =>
    Object.entries(methods).map(
      ([method, rules]): Route => ({
        method: method.toUpperCase(),
        url,
        permission: rules['x-permission'] ?? '',
        rate: rules['x-rate'] ?? '',
        body: sizeOf(rules['x-body-limit']),
      }),
    ),
  )
  const groups = Map.groupBy(routes, ({ url }) => groupOf(url))
  const sections = [...groups.keys()].sort().map((group) => {
    const rows = (groups.get(group) ?? [])
      .map(
        ({ method, url, permission, rate, body }) =>
          `| ${method} | \`${url}\` | ${permission} | ${rate} | ${body} |`,
      )
      .sort((a, b) => (key(a) < key(b) ? -1 : 1))
    return `## ${group}\n\n| method | address | who | rate | body |\n|---|---|---|---|---|\n${rows.join('\n')}\n`
  })
  return [HEAD, ...sections].join('\n')
}

function sizeOf(bytes: number | undefined): string {
  if (bytes === undefined) return ''
  return bytes >= 1024 * 1024 ? `${bytes / 1024 / 1024} MiB` : `${bytes / 1024} KiB`
}

function groupOf(url: string): string {
  const [, first = '', second = ''] = url.split('/')
  return first === 'api' && second !== '' ? second : 'outside /api'
}

function key(row: string): string {
  const [, method = '', url = ''] = row.split('|')
  return url.replaceAll('`', '').trim() + method
}
