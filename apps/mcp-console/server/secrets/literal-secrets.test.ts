import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MinatoError } from '@minato/platform/errors'
import { assertNoLiteralSecrets } from './literal-secrets.ts'

function placesIn(value: unknown): string[] {
  try {
    assertNoLiteralSecrets(value)
    return []
  } catch (error) {
    assert.ok(error instanceof MinatoError)
    assert.equal(error.code, 'MCP_CONSOLE_LITERAL_SECRET')
    return (error.errors ?? []).map(({ path }) => path)
  }
}

// Put together at run time, so that no scanner takes this file for a leak.
const GITHUB = `ghp_${'x7Kq2mPz9LwB4nRt8VyD1cHs5FjG3aEu6TbQ'}`

test('names every place of a literal secret, and no reference', () => {
  const value = {
    env: {
      GITHUB_TOKEN: GITHUB,
      DB_PASSWORD: 'hunter2',
      API_KEY: '{{ bw:github:token }}',
      LOG_LEVEL: 'debug',
      PASSWORD_FILE: '/run/secrets/password',
      OTHER_TOKEN: '$' + '{OTHER_TOKEN}',
    },
    list: [
      { name: 'API_TOKEN', value: 'abc123def456' },
      { name: 'REGION', value: 'tokyo' },
      { name: 'CLIENT_SECRET', value: '{{ bw:oauth:secret }}' },
    ],
    command: [
      'serve',
      '--api-key',
      'k-9f8e7d6c5b4a',
      '--port',
      '8080',
      `--token=${GITHUB}`,
      GITHUB,
    ],
    url: 'postgres://reader:s3cretpw@db.example.com/app',
    description: 'Asks for your password on a page of its own.',
    maxTokens: 4096,
  }
  assert.deepEqual(placesIn(value), [
    'env.GITHUB_TOKEN',
    'env.DB_PASSWORD',
    'list[0].value',
    'command[2]',
    'command[5]',
    'command[6]',
    'url',
  ])
})

test('the error says where and what to do, never what', () => {
  try {
    assertNoLiteralSecrets({ password: 'correct-horse-7' })
    assert.fail('was not refused')
  } catch (error) {
    assert.ok(error instanceof MinatoError)
    assert.equal(error.status, 422)
    assert.match(error.detail.en, /\{\{ bw:item:field \}\}/)
    const everything = JSON.stringify([error.message, error.errors, error.detail])
    assert.ok(!everything.includes('correct-horse'))
  }
})

test('an ordinary configuration passes', () => {
  const value = {
    servers: {
      files: { image: 'mcp/filesystem:1.2', command: ['/data'], volumes: ['/srv/mcp:/data:ro'] },
      web: {
        url: 'https://mcp.example.com/sse?session=none',
        env: { TZ: 'Asia/Tokyo', KEY: 'C#' },
      },
    },
    limits: { tokens: 100, callsPerMinute: 60 },
    secrets: ['github.token'].length,
  }
  assert.deepEqual(placesIn(value), [])
})
