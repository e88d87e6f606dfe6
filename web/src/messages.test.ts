import assert from 'node:assert/strict'
import { glob } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Every text with its path; a function stands for itself. */
function leaves(tree: object, path = ''): Map<string, unknown> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === 'object' && value !== null
        ? [...leaves(value, `${path}${key}.`)]
        : [[`${path}${key}`, value] as const],
    ),
  )
}

function placeholders(text: unknown): string[] {
  return typeof text === 'string' ? (text.match(/\{\w+\}/g) ?? []).sort() : []
}

for await (const file of glob(
  ['web/src/messages/en/*.ts', 'apps/*/web/messages/en.ts', 'apps/*/web/messages/en/*.ts'],
  { cwd: root },
)) {
  test(`${file} says the same in Japanese`, async () => {
    const twin = file.endsWith('/en.ts')
      ? file.replace(/en\.ts$/, 'ja.ts')
      : file.replace(/\/en\/[^/]+$/, `/ja/${basename(file)}`)
    const [en, ja] = await Promise.all(
      [file, twin].map(async (path) => {
        const module: { default: object } = await import(pathToFileURL(join(root, path)).href)
        return leaves(module.default)
      }),
    )
    assert.ok(en !== undefined && ja !== undefined)
    assert.deepEqual([...ja.keys()].sort(), [...en.keys()].sort())
    for (const [key, text] of en) {
      assert.notEqual(ja.get(key), '', `${key} is empty`)
      assert.deepEqual(placeholders(ja.get(key)), placeholders(text), key)
    }
  })
}
