import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startSandbox } from '../sandbox/index.ts'
import { skipWithout } from './peers.ts'
import { startPostgres } from './postgres.ts'
import { cli, startSystem } from './system.ts'

test('production: migrated by a named step, refuses a sandbox it was not told of, then serves', {
  skip: skipWithout('postgres'),
}, async () => {
  await using postgres = await startPostgres()
  const sandbox = await startSandbox()
  try {
    const { stdout } = await cli(['keys', 'generate', '--json'])
    const env = {
      ...(JSON.parse(stdout) as Record<string, string>),
      MINATO_ENV: 'production',
      DATABASE_URL: postgres.url,
      PUBLIC_URL: 'https://minato.example.com',
      ALLOWED_ORIGINS: 'https://minato.example.com',
      LLM_URL: sandbox.llmUrl,
      LLM_API_KEY: 'sk-sandbox',
      LLM_MODEL: 'sandbox-main',
    }
    const mail = { MAIL_URL: sandbox.smtpUrl }
    const refused = await cli(['start', '--role', 'web'], { ...env, ...mail })
    assert.equal(refused.code, 78)
    assert.match(refused.stderr, /^LLM_URL points to a sandbox/m)
    assert.match(refused.stderr, /^MAIL_URL points to a sandbox/m)
    const allowed = { ...env, MINATO_ALLOW_SANDBOX: 'model' }
    const pending = await cli(['start', '--role', 'web'], allowed)
    assert.equal(pending.code, 1)
    assert.match(pending.stderr, /DATA_MIGRATIONS_PENDING/)
    const plan = await cli(['migrate', '--plan'], allowed)
    assert.match(plan.stdout, /create table chatbot\.conversations/)
    assert.equal((await cli(['migrate'], allowed)).code, 0)
    assert.match((await cli(['migrate'], allowed)).stdout, /Up to date/)
    await using system = await startSystem({ env: allowed, args: ['--role', 'web'] })
    const page = await fetch(`${system.url}/health/ready`)
    assert.equal(page.status, 200)
    assert.match(page.headers.get('strict-transport-security') ?? '', /max-age=\d{8}/)
    assert.equal((await fetch(`${system.url}/metrics`)).status, 401)
    assert.equal(await system.stop(), 0)
  } finally {
    await sandbox.close()
  }
})
