import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { System } from '../platform/src/app/system.ts'
import { main } from '../platform/src/cli/main.ts'

// The composition root: the only file that knows platform, apps, web and sandbox together.
const root = dirname(import.meta.dirname)
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const system: System = {
  root,
  version,
  apps: async () => (await import('../platform/src/app/system.ts')).discoverApps(root),
  startStandIns: async (options) => (await import('./stand-ins.ts')).startStandIns(options),
  buildSite: async () => (await import('../web/build.ts')).buildWeb(root),
  commands: { sandbox: async () => (await import('../sandbox/cli.ts')).sandbox },
}

process.exitCode = await main(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  system,
})
