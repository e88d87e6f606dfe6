#!/usr/bin/env node
// Plain JavaScript for Node 20: hands over to Node 24, which runs the TypeScript.
import { join } from 'node:path'
import { run } from './hand-over.js'
import { flags, node24, root } from './node24.js'

const node = node24()
if (node === undefined) {
  process.stderr.write('minato: dependencies are missing. Run `npm ci` (or `npm start`) first.\n')
  process.exit(1)
}
process.exitCode = await run(node, [...flags, join(root, 'bin/main.ts'), ...process.argv.slice(2)])
