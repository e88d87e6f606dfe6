import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { sanitize, sanitizeLine, sanitizeValue } from './index.ts'
import { expand } from './test-data/samples.ts'

type MustMask = { line: string; secrets: string[] }
const read = <T>(name: string) =>
  JSON.parse(readFileSync(new URL(`test-data/${name}`, import.meta.url), 'utf8')) as T
const mustMask = read<MustMask[]>('must-mask.json')
const mustKeep = read<string[]>('must-keep.json')

/** A secret may stand in the output as it is or with JSON's escapes. */
function leaks(output: string, secrets: string[]): string[] {
  return secrets.map(expand).filter((secret) => {
    const escaped = JSON.stringify(secret).slice(1, -1)
    return output.includes(secret) || output.includes(escaped)
  })
}

test('there are at least 300 lines of each kind', () => {
  assert.ok(mustMask.length >= 300, String(mustMask.length))
  assert.ok(mustKeep.length >= 300, String(mustKeep.length))
})

test('each line that must be masked holds its secret, and loses it', () => {
  for (const { line, secrets } of mustMask) {
    const text = expand(line)
    assert.notDeepEqual(leaks(text, secrets), [], `holds no secret: ${line}`)
    assert.deepEqual(leaks(sanitizeLine(text), secrets), [], line)
    assert.deepEqual(leaks(sanitize(text), secrets), [], line)
    assert.deepEqual(leaks(String(sanitizeValue(text)), secrets), [], line)
  }
})

test('each line that must not be masked stays character for character', () => {
  for (const line of mustKeep) assert.equal(sanitizeLine(line), line)
})

test('lines of JSON that are masked are still JSON with the same fields', () => {
  for (const { line } of mustMask) {
    const text = expand(line)
    const fields = fieldNames(text)
    if (fields !== undefined) assert.deepEqual(fieldNames(sanitizeLine(text)), fields, line)
  }
})

function fieldNames(line: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? Object.keys(value) : undefined
  } catch {
    return undefined
  }
}

test('the standard output of a real process holds none of the secrets and all of the rest', () => {
  const script = fileURLToPath(new URL('test-data/log-everything.ts', import.meta.url))
  const run = spawnSync(process.execPath, [script], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  assert.equal(run.status, 0, run.stderr)
  const lines = run.stdout
    .trimEnd()
    .split('\n')
    .map((line) => ({ line, fields: JSON.parse(line) }))
  assert.equal(lines.length, mustMask.length * 3 + mustKeep.length)
  for (const { line, fields } of lines) {
    if (fields.event === 'keep.field') assert.equal(fields.note, mustKeep[fields.index])
    else assert.deepEqual(leaks(line, mustMask[fields.index]?.secrets ?? []), [], line)
  }
})
