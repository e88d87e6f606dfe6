import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
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
