import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testServer } from '../app/testing.ts'

type Operation = { 'x-permission'?: string; security?: unknown[]; tags?: string[] }
type Document = { openapi: string; paths: Record<string, Record<string, Operation>> }

/** Every `METHOD /path` of the router, from its printed tree (four characters a level). */
function routesOf(tree: string): string[] {
  const prefixes: string[] = []
  const routes: string[] = []
  for (const line of tree.split('\n')) {
    const match = /^((?:│ {3}| {4})*)[├└]── (\S*) \(([^)]+)\)/u.exec(line)
    if (match === null) continue
    const [, indent = '', part = '', methods = ''] = match
    const level = indent.length / 4
    prefixes.length = level
    const path = prefixes.join('') + part
    prefixes.push(part)
    for (const method of methods.split(', ')) routes.push(`${method} ${path}`)
  }
  return routes
}

/** Files, the browser of this very document, and the socket's address, which is no HTTP call. */
const NOT_LISTED = [
  /^(HEAD|OPTIONS) /,
  / \/api\/(docs|realtime)/,
  /^GET \/(?!api\/).*\.\w{2,12}$/,
  /\*$/,
]

test('OpenAPI lists every route of the deployment, with who may call it; pages browse it', async () => {
  await using server = await testServer({})
  const answer = await server.inject({ url: '/api/docs/json' })
  assert.equal(answer.statusCode, 200)
  const document = answer.json<Document>()
  assert.equal(document.openapi, '3.1.0')
  const listed = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map(
      (method) => `${method.toUpperCase()} ${path.replace(/\{([^}]+)\}/g, ':$1')}`,
    ),
  )
  const served = routesOf(server.server.printRoutes({ commonPrefix: false })).filter(
    (route) => !NOT_LISTED.some((pattern) => pattern.test(route)),
  )
  assert.ok(served.length > 80, `${served.length} routes`)
  assert.deepEqual(
    served.filter((route) => !listed.includes(route)),
    [],
  )
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const operation of Object.values(operations)) {
      assert.ok(operation['x-permission'], `${path} says who may call it`)
      const open = operation['x-permission'] === 'public'
      assert.equal(operation.security?.length === 0, open, `${path} asks for credentials or not`)
    }
  }
  const page = await server.inject({ url: '/api/docs/' })
  assert.equal(page.statusCode, 200)
  assert.match(page.body, /swagger-ui/)
  assert.doesNotMatch(String(page.headers['content-security-policy']), /unsafe|\*/)
})
