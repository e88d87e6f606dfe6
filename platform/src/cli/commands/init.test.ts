import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import { parseEnv } from 'node:util'
import { readConfig } from '../../app/read-config.ts'
import type { System } from '../../app/system.ts'
import { main } from '../main.ts'

const ROOT = dirname(dirname(dirname(dirname(import.meta.dirname))))

describe('minato init production', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'minato-init-'))
  })
  after(async () => {
    await rm(folder, { recursive: true, force: true })
  })
  const domain = ['--domain', 'minato.example.com', '--email', 'ops@example.com']
  const run = (...args: string[]) => runInit(['production', '--folder', folder, '--yes', ...args])

  test('secrets are readable by their owner only, and printed nowhere', async () => {
    const { code, stdout, stderr } = await run(...domain)
    assert.equal(code, 0, stderr)
    const names = await secretFiles(folder)
    assert.ok(names.length >= 9, names.join())
    for (const name of names) {
      const { mode } = await stat(join(folder, name))
      assert.equal(mode & 0o777, 0o400, name)
      const value = await readFile(join(folder, name), 'utf8')
      for (const text of [stdout, await readFile(join(folder, '.env'), 'utf8')])
        assert.ok(!text.includes(value.trim()), name)
    }
    assert.match(stdout, /Point minato\.example\.com at this host/)
  })

  test('the settings are a configuration that production accepts', async () => {
    const env = parseEnv(await readFile(join(folder, 'minato.env'), 'utf8'))
    for (const [name, value] of Object.entries(env))
      env[name] = value?.replace('/run/secrets', join(folder, 'secrets/minato'))
    const { config, profile } = readConfig({ root: folder }, [], env)
    assert.equal(profile, 'production')
    assert.equal(config.core.publicUrl, 'https://minato.example.com')
    assert.match(config.data.databaseUrl?.reveal() ?? '', /^postgres:\/\/minato:[\w-]{43}@postgres/)
  })

  test('run again, it writes over no secret and keeps what a person added', async () => {
    const before = await contents(folder)
    await writeFile(join(folder, 'minato.env'), 'LOG_LEVEL=warn\n', { flag: 'a' })
    const { code, stdout } = await run('--json', ...domain, '--set', 'LLM_MODEL=gpt-5')
    assert.equal(code, 0)
    const { made, changed } = JSON.parse(stdout) as { made: string[]; changed: string[] }
    assert.deepEqual({ made, changed }, { made: [], changed: ['minato.env'] })
    assert.deepEqual(await contents(folder), before)
    const env = parseEnv(await readFile(join(folder, 'minato.env'), 'utf8'))
    assert.equal(env['LOG_LEVEL'], 'warn')
    assert.equal(env['LLM_MODEL'], 'gpt-5')
  })

  test('run again without flags, it says what it said; another name changes nginx and system alike', async () => {
    const again = await run('--json')
    assert.equal(again.code, 0, again.stderr)
    assert.deepEqual(JSON.parse(again.stdout).changed, [])
    const moved = await run('--json', '--domain', 'quay.example.com')
    assert.deepEqual(JSON.parse(moved.stdout).changed, [
      'nginx/site/server-name.conf',
      'nginx/site/origin.conf',
      'minato.env',
    ])
    const env = parseEnv(await readFile(join(folder, 'minato.env'), 'utf8'))
    assert.equal(env['PUBLIC_URL'], 'https://quay.example.com')
  })

  test('a given secret becomes a file that the settings name, never a value in them', async () => {
    const { code } = await run(...domain, '--secret', 'LLM_API_KEY=-')
    assert.equal(code, 0)
    assert.equal(
      await readFile(join(folder, 'secrets/minato/llm_api_key'), 'utf8'),
      'sk-from-stdin',
    )
    const text = await readFile(join(folder, 'minato.env'), 'utf8')
    assert.match(text, /^LLM_API_KEY_FILE=\/run\/secrets\/llm_api_key$/m)
    assert.doesNotMatch(text, /sk-from-stdin/)
  })

  test('speaks Japanese where the terminal does', async () => {
    const { stdout } = await runInit(
      ['production', '--folder', folder, '--yes', ...domain],
      'ja_JP.UTF-8',
    )
    assert.match(stdout, /残りの作業/)
  })

  test('wrong answers are told with what is right, and nothing is written', async () => {
    const wrong: [string[], RegExp][] = [
      [['staging'], /minato init production/],
      [['production', '--yes'], /--domain is missing/],
      [['production', '--yes', '--domain', 'https://a.example'], /must be a name/],
      [['production', '--yes', ...domain, '--size', 'huge'], /standard, small/],
      [['production', '--yes', ...domain, '--https-port', '70000'], /1 to 65535/],
      [['production', '--yes', ...domain, '--set', 'A=b\nC=d'], /NAME=VALUE/],
      [
        ['production', '--yes', '--domain', 'a.example', '--certificate', 'acme'],
        /--email is missing/,
      ],
    ]
    const empty = join(folder, 'never')
    for (const [args, message] of wrong) {
      const { code, stderr } = await runInit([...args, '--folder', empty])
      assert.equal(code, 2, args.join(' '))
      assert.match(stderr, message)
    }
    await assert.rejects(readdir(empty))
  })
})

async function runInit(args: string[], LANG = 'C') {
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() }
  streams.stdin.end('sk-from-stdin\n')
  const system = { root: ROOT } as System
  const code = await main(['init', ...args], { ...streams, env: { LANG }, cwd: tmpdir(), system })
  const text = (stream: PassThrough) => String(stream.read() ?? '')
  return { code, stdout: text(streams.stdout), stderr: text(streams.stderr) }
}

async function secretFiles(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found
    .filter((entry) => entry.isFile() && /\/(secrets|certificates)(\/|$)/.test(entry.parentPath))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
}

async function contents(folder: string): Promise<Record<string, string>> {
  const entries = (await secretFiles(folder)).map(
    async (name) => [name, await readFile(join(folder, name), 'utf8')] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}
