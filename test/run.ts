import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { findPeer } from './peers.ts'
import { startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'

const ROOT = dirname(import.meta.dirname)
/** More than this is no accident of a busy machine. */
const MOST_RETRIED = 12
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
  return /\btest(Database|Server|Services)\b|MINATO_TEST_DATABASE_URL/.test(
    readFileSync(file, 'utf8'),
  )
}

/**
 * Runs the files; those with a failure once more, one at a time: a busy machine must not fail a
 * build, and what passes only then is named so that somebody looks at it.
 */
async function runTests(files: string[], env: Record<string, string>): Promise<number> {
  const first = await runOnce(files, env, 2)
  if (first.code === 0 || first.failed.length === 0 || first.failed.length > MOST_RETRIED) {
    return first.code
  }
  const names = first.failed.map((file) => relative(ROOT, file)).join(', ')
  process.stdout.write(`# once more, alone: ${names}\n`)
  const second = await runOnce(first.failed, env, 1)
  if (second.code === 0) process.stdout.write(`# passed only the second time: ${names}\n`)
  return second.code
}

async function runOnce(
  files: string[],
  env: Record<string, string>,
  concurrency: number,
): Promise<{ code: number; failed: string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'minato-tests-'))
  const list = join(folder, 'failed.txt')
  const flags = [
    '--disable-warning=ExperimentalWarning',
    '--test',
    `--test-concurrency=${concurrency}`,
    '--test-timeout=400000',
    `--import=${join(ROOT, 'test/watchdog.ts')}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${join(ROOT, 'test/failed-files.ts')}`,
    `--test-reporter-destination=${list}`,
  ]
  try {
    const child = spawn(process.execPath, [...flags, ...files], {
      cwd: ROOT,
      stdio: 'inherit',
      // Compiled code is kept for the next file, and for every server that a test starts.
      env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'minato-compiled'), ...env },
    })
    const [code] = await once(child, 'exit')
    const failed = existsSync(list) ? readFileSync(list, 'utf8').split('\n') : []
    return { code: code ?? 1, failed: failed.filter((file) => files.includes(file)) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

process.exitCode = await main(process.argv.slice(2))
