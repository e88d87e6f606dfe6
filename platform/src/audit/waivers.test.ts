import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readWaivers, waiversCheck } from './waivers.ts'

const TODAY = new Date('2026-11-22T12:00:00Z')
const entry = { id: 'mail.real', owner: 'Hanako', reason: 'staging uses the sandbox' }

async function read(content: unknown) {
  const root = await mkdtemp(join(tmpdir(), 'minato-waivers-'))
  try {
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    if (content !== undefined) await writeFile(join(root, 'w.json'), text)
    const waivers = await readWaivers(root, 'w.json', TODAY, new Set(['mail.real']))
    const outcome = await waiversCheck(waivers).run(undefined as never, AbortSignal.timeout(1000))
    return { active: [...waivers.active.keys()], outcome }
  } finally {
    await rm(root, { recursive: true })
  }
}

test('a waiver holds through its last day', async () => {
  const { active, outcome } = await read([{ ...entry, expires: '2026-11-22' }])
  assert.deepEqual(active, ['mail.real'])
  assert.equal(outcome.status, 'pass')
})

test('no file, no waivers', async () => {
  assert.deepEqual(await read(undefined), {
    active: [],
    outcome: { status: 'pass', evidence: { en: 'No waivers.', ja: '免除はありません。' } },
  })
})

const BAD: [string, unknown, RegExp][] = [
  ['expired', [{ ...entry, expires: '2026-11-21' }], /expired on 2026-11-21/],
  ['an unknown check', [{ ...entry, id: 'mail.rael', expires: '2026-12-01' }], /does not exist/],
  ['no JSON', '{', /not a list/],
  ['no owner', [{ ...entry, owner: ' ', expires: '2026-12-01' }], /owner/],
  ['no reason', [{ ...entry, reason: 'x', expires: '2026-12-01' }], /reason/],
  ['no day', [{ ...entry, expires: 'never' }], /expires/],
  ['a misspelt field', [{ ...entry, expires: '2026-12-01', untill: '' }], /untill/],
]
for (const [name, content, evidence] of BAD) {
  test(`${name}: waives nothing and is a finding of its own`, async () => {
    const { active, outcome } = await read(content)
    assert.deepEqual(active, [])
    assert.equal(outcome.status, 'fail')
    assert.match(JSON.stringify(outcome), evidence)
  })
}
