import { spawn } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { findPeer } from './peers.ts'
import { startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'

const ROOT = dirname(import.meta.dirname)
const TESTS = '{platform,apps,sandbox,web,test,bin}/**/*.test.ts'

/**
 * Runs the whole suite on embedded defaults, then every test that uses the database once more on
 * PostgreSQL and Redis, where these are installed. Arguments narrow it to files or folders.
 */
async function main(args: string[]): Promise<number> {
  const files = testFiles(args)
  process.stdout.write(`# ${files.length} test files on embedded defaults\n`)
  const embedded = await runTests(files, {})
  const shared = files.filter(usesDatabase)
  if (embedded !== 0 || shared.length === 0) return embedded
  if (findPeer('postgres') === undefined || findPeer('redis') === undefined) {
    process.stdout.write('# PostgreSQL or Redis is not installed: the second round is skipped\n')
    return (process.env['MINATO_TEST_REQUIRE'] ?? '').includes('postgres') ? 1 : 0
  }
  await using postgres = await startPostgres()
  await using redis = await startRedis()
  process.stdout.write(`# ${shared.length} test files on PostgreSQL and Redis\n`)
  return await runTests(shared, {
    MINATO_TEST_DATABASE_URL: postgres.url,
    MINATO_TEST_REDIS_URL: redis.url,
  })
}

function testFiles(args: string[]): string[] {
  const all = globSync(TESTS, { cwd: ROOT, exclude: (path) => path.includes('node_modules') })
  const wanted = args.map((argument) => resolve(argument))
  return all
    .map((file) => join(ROOT, file))
    .filter((file) => wanted.length === 0 || wanted.some((path) => file.startsWith(path)))
    .sort()
}

/** Browser journeys start servers of their own and say themselves what these run on. */
function usesDatabase(file: string): boolean {
  if (file.includes('.browser.')) return false
  return /\btest(Database|Server|Services)\b/.test(readFileSync(file, 'utf8'))
}

function runTests(files: string[], env: Record<string, string>): Promise<number> {
  return new Promise((done, reject) => {
    const flags = [
      '--disable-warning=ExperimentalWarning',
      '--test',
      '--test-concurrency=2',
      '--test-timeout=180000',
    ]
    const child = spawn(process.execPath, [...flags, ...files], {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, ...env },
    })
    child.on('error', reject)
    child.on('exit', (code) => done(code ?? 1))
  })
}

process.exitCode = await main(process.argv.slice(2))
