import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'

const ROOT = dirname(import.meta.dirname)
const SOURCES = '{platform,apps,sandbox,web,bench,bin}/**/*.{ts,tsx}'
const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

type Import = { from: string; to: string; typeOnly: boolean; lazy: boolean }

const isTest = (file: string) => /\.test\.tsx?$|\/testing\.ts$|\/test\/|\/test-data\//.test(file)

function packageFiles(): Map<string, string> {
  const map = new Map<string, string>()
  for (const file of globSync('{platform,web,sandbox}/package.json', { cwd: ROOT })) {
    const { name, exports = {} } = JSON.parse(readFileSync(join(ROOT, file), 'utf8'))
    for (const [key, target] of Object.entries(exports)) {
      map.set(`${name}${key.slice(1)}`, join(dirname(file), String(target)))
    }
  }
  return map
}

function readImports(): Import[] {
  const packages = packageFiles()
  const files = globSync(SOURCES, { cwd: ROOT, exclude: (path) => /node_modules|dist/.test(path) })
  return files
    .filter((file) => !isTest(file))
    .flatMap((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8')
      return [...text.matchAll(IMPORT)].flatMap((match): Import[] => {
        const target = match[2] ?? match[3] ?? ''
        const to = target.startsWith('.')
          ? relative(ROOT, resolve(ROOT, dirname(file), target))
          : packages.get(target)
        if (to === undefined) return []
        return [{ from: file, to, typeOnly: match[1] !== undefined, lazy: match[3] !== undefined }]
      })
    })
}

/** `platform`, `apps/chatbot`, `web`, `sandbox`, `bin`, `bench`. */
const partOf = (file: string) => /^(apps\/[^/]+|[^/]+)/.exec(file)?.[1] ?? file

const MAY_USE: Record<string, RegExp> = {
  platform: /^platform$/,
  web: /^web$/,
  sandbox: /^(sandbox|platform)$/,
  bench: /^(bench|platform|sandbox|test|apps\/.+)$/,
  bin: /./,
}

test('arrows point down: platform knows no app, apps never import one another', () => {
  const imports = readImports()
  assert.ok(imports.length > 300, 'the graph was read')
  const upward = imports.filter(({ from, to }) => {
    const [own, other] = [partOf(from), partOf(to)]
    if (own === other) return false
    if (own.startsWith('apps/')) return !/^(platform|web)$/.test(other)
    return !MAY_USE[own]?.test(other)
  })
  assert.deepEqual(
    upward.map(({ from, to }) => `${from} → ${to}`),
    [],
  )
})

test('other parts reach a platform concern through its door only', () => {
  const around = readImports().filter(({ from, to }) => {
    const concern = /^platform\/src\/([^/]+)\/(.+)$/.exec(to)
    if (concern === null || partOf(from) === 'platform' || partOf(from) === 'bin') return false
    const isCommandType = to === 'platform/src/cli/command.ts'
    return concern[2] !== 'index.ts' && concern[2] !== 'testing.ts' && !isCommandType
  })
  assert.deepEqual(
    around.map(({ from, to }) => `${from} → ${to}`),
    [],
  )
})

test('no file imports itself round a circle', () => {
  const edges = new Map<string, string[]>()
  for (const { from, to, typeOnly, lazy } of readImports()) {
    // Types vanish and lazy imports run later: neither makes a circle when modules load.
    if (!typeOnly && !lazy) edges.set(from, [...(edges.get(from) ?? []), to])
  }
  assert.deepEqual(findCircle(edges), [])
})

function findCircle(edges: Map<string, string[]>): string[] {
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (done.has(file)) return []
    path.push(file)
    for (const next of edges.get(file) ?? []) {
      const circle = visit(next)
      if (circle.length > 0) return circle
    }
    path.pop()
    done.add(file)
    return []
  }
  for (const file of edges.keys()) {
    const circle = visit(file)
    if (circle.length > 0) return circle
  }
  return []
}
