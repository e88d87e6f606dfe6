// What a container asks every few seconds: `minato health` without the command line around it, which
// would cost half a second of a small machine's processor each time.
//   node bin/health.js [web|worker]
import { readdirSync, readFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'

const TIMEOUT_MS = 5000
const role = process.argv[2] ?? 'web'
const folder = process.env.MINATO_DATA_DIR || 'data'

/** The addresses that the running processes wrote down (platform/src/cli/run-file.ts). */
function targets() {
  const wanted = role === 'worker' ? /^run-worker-\d+\.json$/ : /^run\.json$/
  const names = readdirSync(folder).filter((name) => wanted.test(name))
  const runs = names.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
  return runs.map((run) => run.listeners[role]).filter((url) => url !== undefined)
}

function isUp(url) {
  return new Promise((resolve) => {
    const asked = get(`${url}/health/live`, { timeout: TIMEOUT_MS }, (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200)
    })
    asked.on('timeout', () => asked.destroy(new Error('timeout')))
    asked.on('error', () => resolve(false))
  })
}

const urls = targets()
const up = await Promise.all(urls.map(isUp))
if (urls.length === 0) process.stderr.write(`health: no ${role} process runs in ${folder}\n`)
process.exitCode = urls.length > 0 && up.every(Boolean) ? 0 : 1
