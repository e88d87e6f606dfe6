import assert from 'node:assert/strict'
import { test } from 'node:test'
import { envText, parseCommand, parseEnv, parseVolumes, volumesText } from './spec-text.ts'

test('the environment is written a line each, and read back as it was', () => {
  const env = { TOKEN: '{{ bw:github:token }}', URL: 'https://example.com/?a=b', EMPTY: '' }
  assert.deepEqual(parseEnv(`\n${envText(env)}\n\n`), { env })
  assert.deepEqual(parseEnv('A=1\nno sign'), { line: 2 })
  assert.deepEqual(parseEnv('=value'), { line: 1 })
})

test('volumes are written a line each, and read back as they were', () => {
  const volumes = [
    { source: 'notes', target: '/notes', readOnly: false },
    { source: '/srv/docs', target: '/docs', readOnly: true },
  ]
  assert.deepEqual(parseVolumes(volumesText(volumes)), { volumes })
  assert.deepEqual(parseVolumes('notes:/notes\nnotes'), { line: 2 })
  assert.deepEqual(parseVolumes('a:/b:wo'), { line: 1 })
})

test('a command is one argument a line', () => {
  assert.deepEqual(parseCommand('--dir\n/notes and more\n\n'), ['--dir', '/notes and more'])
})
