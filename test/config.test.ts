import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { cli } from './system.ts'

const WRONG: Record<string, string> = {
  PORT: 'eighty',
  LOG_LEVEL: 'loud',
  METRICS_ENABLED: 'perhaps',
  TRACING_ENABLED: '2',
  PUBLIC_URL: 'harbour-seven.test',
  AUTH_SECRET: 'short-secret-value',
  ENCRYPTION_KEYS: 'k1:dG9vLXNob3J0',
  DATABASE_URL: 'mysql://root:hunter2@db-nine.test/x',
  DATABASE_POOL_MAX: '0',
  DATABASE_CONNECT_TIMEOUT: 'soon',
  REDIS_URL: 'http://cache-nine.test',
  TRUST_PROXY: '1',
  ALLOWED_ORIGINS: 'somewhere-else.test',
  IP_ALLOW: '10.0.0.0/99',
  IP_DENY: 'everyone',
  RATE_ACTION: 'often',
  RATE_READ: '0/1m',
  CHATBOT_MAX_FILES: '-1',
  CHATBOT_MAX_FILE_SIZE: 'big',
  MINATO_DATADIR: '/tmp/x',
}

test('twenty wrong variables: one report, one line each, exit 78, never a value', async () => {
  const { code, stderr, stdout } = await cli(['start'], WRONG)
  assert.equal(code, 78)
  assert.equal(stdout, '')
  const lines = stderr.trimEnd().split('\n')
  assert.equal(lines.length, Object.keys(WRONG).length, stderr)
  for (const [name, value] of Object.entries(WRONG)) {
    const line = lines.find((text) => text.startsWith(`${name} `))
    assert.ok(line, `a line for ${name}`)
    if (value.length > 4) assert.ok(!stderr.includes(value), `the value of ${name} is not printed`)
  }
  assert.match(stderr, /MINATO_DATADIR .*did you mean MINATO_DATA_DIR\?/)
})

test('production says everything it demands at once', async () => {
  const { code, stderr } = await cli(['start'], { MINATO_ENV: 'production' })
  assert.equal(code, 78)
  for (const name of [
    'AUTH_SECRET',
    'ENCRYPTION_KEYS',
    'PUBLIC_URL',
    'DATABASE_URL',
    'ALLOWED_ORIGINS',
  ]) {
    assert.match(stderr, new RegExp(`^${name} `, 'm'))
  }
})

test("production refuses development's keys by fingerprint", async () => {
  const { readFileSync } = await import('node:fs')
  const { parseEnv } = await import('node:util')
  const keys = parseEnv(readFileSync(join(import.meta.dirname, '../.env.development'), 'utf8'))
  const { code, stderr } = await cli(['config'], {
    ...(keys as Record<string, string>),
    MINATO_ENV: 'production',
    PUBLIC_URL: 'https://minato.example.com',
    ALLOWED_ORIGINS: 'https://minato.example.com',
    DATABASE_URL: 'postgres://minato@db.example.com/minato',
  })
  assert.equal(code, 78)
  assert.match(stderr, /^AUTH_SECRET holds the public development key/m)
  assert.match(stderr, /^ENCRYPTION_KEYS holds the public development key/m)
})

test('minato config prints values with their source, and secrets as [secret]', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'minato-config-'))
  try {
    await writeFile(join(folder, 'key'), 'sk-from-a-file-0123456789\n')
    const { code, stdout } = await cli(['config', '--json'], {
      LLM_URL: 'http://127.0.0.1:9/v1',
      LLM_API_KEY_FILE: join(folder, 'key'),
      PORT: '4321',
    })
    assert.equal(code, 0)
    const settings: { name: string; value: string; source: string }[] = JSON.parse(stdout)
    const of = (name: string) => settings.find((setting) => setting.name === name)
    assert.deepEqual([of('PORT')?.value, of('PORT')?.source], ['4321', 'environment'])
    assert.deepEqual(
      [of('LLM_API_KEY')?.value, of('LLM_API_KEY')?.source],
      ['[secret]', 'secret file'],
    )
    assert.equal(of('HOST')?.source, 'default')
    assert.ok(!stdout.includes('sk-from-a-file'))
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('every variable is in minato config --example', async () => {
  const { code, stdout } = await cli(['config', '--example'])
  assert.equal(code, 0)
  for (const name of Object.keys(WRONG).filter((key) => key !== 'MINATO_DATADIR')) {
    assert.match(stdout, new RegExp(`^# ${name}=`, 'm'))
  }
})

test('every command answers --help, and a slip is met with a suggestion', async () => {
  const { stdout } = await cli(['--help'])
  const commands = [...stdout.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map((match) => match[1] ?? '')
  assert.ok(commands.length >= 12, stdout)
  for (const command of commands) {
    const help = await cli([command, '--help'])
    assert.equal(help.code, 0, command)
    assert.match(help.stdout, /Usage/, command)
  }
  const slip = await cli(['migrte'])
  assert.equal(slip.code, 2)
  assert.match(slip.stderr, /Did you mean `migrate`\?/)
})
