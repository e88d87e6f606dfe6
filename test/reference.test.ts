import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { referencePages } from './reference/pages.ts'
import { cli } from './system.ts'

const ROOT = dirname(import.meta.dirname)

test('docs/reference/configuration.md names every variable', async () => {
  const page = readFileSync(join(ROOT, 'docs/reference/configuration.md'), 'utf8')
  const { stdout } = await cli(['config', '--example'])
  const names = [...stdout.matchAll(/^# ([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1] ?? '')
  assert.ok(names.length > 50)
  assert.deepEqual(
    names.filter((name) => !page.includes(`\`${name}\``)),
    [],
  )
})

test('nothing in the README points to a file that is not there', () => {
  for (const name of ['README.md', 'README.ja.md']) {
    const text = readFileSync(join(ROOT, name), 'utf8')
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1] ?? '')
    for (const link of links)
      assert.doesNotThrow(() => readFileSync(join(ROOT, link)), `${name}: ${link}`)
  }
})

test('docs/reference has every error and every route as the code has them', async () => {
  for (const [path, text] of Object.entries(await referencePages())) {
    assert.equal(readFileSync(join(ROOT, path), 'utf8'), text, `${path}: run \`npm run docs\``)
  }
})

test('the diagrams name every app and every concern of the platform', () => {
  const page = readFileSync(join(ROOT, 'docs/reference/architecture.md'), 'utf8')
  const [components = ''] = page.split('## A request')
  const folders = ['apps', 'platform/src'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { withFileTypes: true }).filter((entry) => entry.isDirectory()),
  )
  const missing = folders.filter(
    ({ name }) => !new RegExp(`^ +${name}(\\[|$)`, 'm').test(components),
  )
  assert.deepEqual(
    missing.map(({ name }) => name),
    [],
  )
})
