import assert from 'node:assert/strict'
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'

const ROOT = dirname(import.meta.dirname)
const FOLDER = join(ROOT, '.github/workflows')

type Job = {
  needs?: string
  permissions?: Record<string, string>
  environment?: string
  'timeout-minutes'?: number
  uses?: string
  steps?: { uses?: string; run?: string; with?: Record<string, unknown> }[]
}
type Workflow = { permissions: Record<string, string>; jobs: Record<string, Job> }

const workflows = Object.fromEntries(
  readdirSync(FOLDER).map((name) => [
    name,
    { text: readFileSync(join(FOLDER, name), 'utf8'), ...read(name) },
  ]),
)

function read(name: string): Workflow {
  return parse(readFileSync(join(FOLDER, name), 'utf8'))
}

test('a release is tested, built, pushed and deployed in this order', () => {
  const jobs = workflows['release.yml']?.jobs ?? {}
  assert.equal(jobs['test']?.uses, './.github/workflows/ci.yml')
  assert.equal(jobs['image']?.needs, 'test')
  assert.equal(jobs['deploy']?.needs, 'image')
  assert.equal(jobs['deploy']?.environment, 'production')
})

test('AWS is reached by OIDC: no workflow reads a stored key', () => {
  for (const [name, { text, jobs }] of Object.entries(workflows)) {
    assert.doesNotMatch(text, /secrets\.|aws-access-key-id|aws-secret-access-key/i, name)
    for (const job of Object.values(jobs)) {
      const asks = job.steps?.some(({ uses }) => uses?.startsWith('aws-actions/configure'))
      if (asks) assert.equal(job.permissions?.['id-token'], 'write')
    }
  }
})

test('workflows may only read unless they say more, end in time, and run what is there', () => {
  for (const [name, { permissions, jobs, text }] of Object.entries(workflows)) {
    assert.deepEqual(permissions, { contents: 'read' }, name)
    for (const job of Object.values(jobs)) {
      if (job.uses === undefined) assert.ok((job['timeout-minutes'] ?? 999) <= 60, name)
      for (const { uses } of job.steps ?? []) assert.match(uses ?? 'x@v1', /@v\d+$|@[0-9a-f]{40}$/)
    }
    for (const [, script = ''] of text.matchAll(/run: (\.ci\/run|deploy\/[\w/]+)/g)) {
      accessSync(join(ROOT, script), constants.X_OK)
    }
  }
})

test('every week the image is made anew, and what is known to be vulnerable fails it', () => {
  const { text = '' } = workflows['weekly.yml'] ?? {}
  assert.match(text, /schedule:/)
  assert.match(text, /npm audit --omit=dev --audit-level=high/)
  assert.match(text, /--pull --no-cache/)
  assert.match(text, /deploy\/scan/)
})
