import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { buildWeb } from '../build.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const dist = join(root, 'web/dist')

type Chunk = { file: string; imports?: string[]; dynamicImports?: string[]; isEntry?: boolean }
let manifest: Record<string, Chunk>

before(async () => {
  await buildWeb(root)
  manifest = JSON.parse(await readFile(join(dist, '.vite/manifest.json'), 'utf8'))
})

/** The scripts a browser has loaded once these chunks run, each counted once. */
function scriptsOf(keys: readonly string[]): Set<string> {
  const files = new Set<string>()
  const add = (key: string) => {
    const chunk = manifest[key]
    assert.ok(chunk, `${key} is not in the manifest`)
    if (files.has(chunk.file)) return
    files.add(chunk.file)
    for (const next of chunk.imports ?? []) add(next)
  }
  for (const key of keys) add(key)
  return files
}

async function gzipKb(keys: readonly string[]): Promise<number> {
  let bytes = 0
  for (const file of scriptsOf(keys)) bytes += gzipSync(await readFile(join(dist, file))).length
  return bytes / 1000
}

const messages = (...names: string[]) => names.map((name) => `src/messages/ja/${name}.ts`)
const shell = ['index.html', 'src/inside/start.tsx', ...messages('parts', 'shell', 'account')]

test('the sign-in page loads less than 150 kB of script', async (t) => {
  const outside = ['index.html', 'src/outside/start.tsx', ...messages('parts', 'outside')]
  const kb = await gzipKb(outside)
  t.diagnostic(`sign-in: ${kb.toFixed(1)} kB gzip`)
  assert.ok(kb < 150, `${kb.toFixed(1)} kB gzip`)
})

test('the shell and any one page of an app load less than 300 kB of script', async (t) => {
  const base = await gzipKb(shell)
  t.diagnostic(`shell: ${base.toFixed(1)} kB gzip`)
  const pages = Object.keys(manifest).filter((key) =>
    /(^|\/)apps\/.*\.tsx$|^src\/account/.test(key),
  )
  assert.ok(pages.length > 0)
  for (const page of pages) {
    const kb = await gzipKb([...shell, page])
    t.diagnostic(`${page}: ${kb.toFixed(1)} kB gzip`)
    assert.ok(kb < 300, `${page}: ${kb.toFixed(1)} kB gzip`)
  }
})

test('nothing of the built page needs unsafe-inline', async () => {
  const html = await readFile(join(dist, 'index.html'), 'utf8')
  const tags = html.match(/<(script|style|link rel="(stylesheet|modulepreload)")[^>]*>/g) ?? []
  assert.ok(tags.length >= 3)
  for (const tag of tags) assert.match(tag, /nonce="__CSP_NONCE__"/)
  assert.doesNotMatch(html, /\sstyle="|\son\w+="/)
})
