import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { call, newPerson } from './http-client.ts'
import { cli, startSystem } from './system.ts'

const ROOT = dirname(import.meta.dirname)
const NAME = 'lending-desk'
const run = promisify(execFile)

let copy: string

/** A checkout without apps, so that what the new one brings is all there is. */
before(async () => {
  copy = await mkdtemp(join(tmpdir(), 'minato-new-app-'))
  const left = new Set(['node_modules', 'dist'])
  const keep = { recursive: true, filter: (path: string) => !left.has(basename(path)) }
  for (const part of ['bin', 'platform', 'sandbox', 'web']) {
    await cp(join(ROOT, part), join(copy, part), keep)
  }
  for (const file of ['package.json', 'package-lock.json', 'tsconfig.json', '.env.development']) {
    await cp(join(ROOT, file), join(copy, file))
  }
  await mkdir(join(copy, 'apps'))
  await linkPackages()
})
after(() => rm(copy, { recursive: true, force: true }))

/** What is installed serves the copy too; the workspaces' own names lead to the copied folders. */
async function linkPackages(): Promise<void> {
  await mkdir(join(copy, 'node_modules/@minato'), { recursive: true })
  for (const name of await readdir(join(ROOT, 'node_modules'))) {
    if (name === '@minato') continue
    await symlink(join(ROOT, 'node_modules', name), join(copy, 'node_modules', name))
  }
  for (const name of ['platform', 'sandbox', 'web']) {
    await symlink(join(copy, name), join(copy, 'node_modules/@minato', name))
    const own = join(ROOT, name, 'node_modules')
    if ((await readdir(own).catch(() => [])).length > 0) {
      await symlink(own, join(copy, name, 'node_modules'))
    }
  }
}

test('minato new writes an app whose own test passes and that serves route, migration and page', async () => {
  const written = await cli(['new', NAME], {}, '', copy)
  assert.equal(written.code, 0, written.stderr)
  // Without it the inner runner would report to this one instead of writing.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const args = ['--test', '--test-reporter=spec', `apps/${NAME}/**/*.test.ts`]
  const own = await run(process.execPath, args, { cwd: copy, env })
  assert.match(own.stdout, /pass [1-9]/)
  assert.match(own.stdout, /fail 0/)

  await using system = await startSystem({ root: copy })
  const status = await system.cli(['migrate', 'status'])
  assert.match(status.stdout, /^\S+Z\s+expand\s+lending_desk\/\d{14}_notes$/m, 'applied')
  const hanako = await newPerson(system)
  const path = `/api/${NAME}/notes`
  const made = await call(system.url, hanako, path, { method: 'POST', json: { text: '港' } })
  assert.equal(made.status, 201)
  const { items } = (await (await call(system.url, hanako, path)).json()) as {
    items: { text: string }[]
  }
  assert.deepEqual(
    items.map(({ text }) => text),
    ['港'],
  )
  const { apps } = (await (await fetch(`${system.url}/api/shell`)).json()) as {
    apps: { name: string }[]
  }
  assert.deepEqual(
    apps.map(({ name }) => name),
    [NAME],
  )
  const page = await fetch(`${system.url}/${NAME}`)
  assert.equal(page.status, 200)
  assert.match(page.headers.get('content-type') ?? '', /text\/html/)
  const built = await readdir(join(copy, 'web/dist/assets'))
  assert.ok(
    built.some((file) => file.startsWith('notes-page-')),
    'its page was built',
  )
  assert.equal(await system.stop(), 0)
})

test('what it writes is typed and formatted as the rest, and never over what is there', async () => {
  const again = await cli(['new', NAME], {}, '', copy)
  assert.equal(again.code, 1)
  assert.match(again.stderr, /exists already; nothing was written/)
  for (const wrong of ['Lending', '../evil', 'a b', 'a--b', ''])
    assert.equal((await cli(['new', wrong], {}, '', copy)).code, 2, wrong)
  const app = await readFile(join(copy, 'apps', NAME, 'app.ts'), 'utf8')
  assert.doesNotMatch(app, /\{\{/)
  const { stdout } = await run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', copy], {
    cwd: copy,
  }).catch((failed: { stdout: string }) => failed)
  assert.deepEqual(
    stdout.split('\n').filter((line) => line.startsWith('apps/')),
    [],
  )
})
