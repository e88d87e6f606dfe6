// Prints the folders of a package and of everything it needs, as Node finds them from here.
// Usage: node package-closure.js NAME, in the folder that holds node_modules
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const root = process.cwd()
const seen = new Set()

function find(name, from) {
  for (let folder = from; folder.startsWith(root); folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name)
    if (existsSync(join(found, 'package.json'))) return found
  }
  return undefined
}

function add(name, from) {
  const folder = find(name, from)
  if (folder === undefined || seen.has(folder)) return
  seen.add(folder)
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const needed = { ...manifest.dependencies, ...manifest.optionalDependencies }
  for (const dependency of Object.keys(needed)) add(dependency, folder)
}

add(process.argv[2], root)
for (const folder of seen) console.log(relative(root, folder))
