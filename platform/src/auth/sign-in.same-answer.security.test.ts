import assert from 'node:assert/strict'
import { test } from 'node:test'
import { harness, PASSWORD } from './test/harness.ts'

/** What an outsider sees, without what differs on every request. */
function visible(answer: { status: number; body: object; headers: object }) {
  const { requestId, ...body } = answer.body as Record<string, unknown>
  assert.ok(requestId)
  const names = Object.keys(answer.headers).sort()
  return { status: answer.status, body, names }
}

test('unknown, wrong, disabled and locked accounts are answered alike', async () => {
  await using h = await harness()
  const admin = { id: 'cli', admin: true }
  await h.createPerson('known@example.jp')
  const disabled = await h.createPerson('disabled@example.jp')
  await h.auth.users.disable(disabled.id, admin)
  await h.createPerson('locked@example.jp')
  for (let tries = 0; tries < 6; tries += 1) await h.signIn('locked@example.jp', 'wrong password')
  const unknown = visible(await h.signIn('nobody@example.jp', PASSWORD))
  assert.equal(unknown.status, 401)
  const malformed = visible(await h.signIn('not an address', PASSWORD))
  assert.deepEqual(malformed, unknown)
  assert.deepEqual(visible(await h.signIn('known@example.jp', 'wrong password')), unknown)
  assert.deepEqual(visible(await h.signIn('disabled@example.jp')), unknown)
  assert.deepEqual(visible(await h.signIn('locked@example.jp')), unknown)
})

test('an unknown user costs the same work as a wrong password', async () => {
  await using h = await harness({
    slowHash: true,
    config: { accountAttempts: 100, addressAttempts: 1000 },
  })
  await h.createPerson('known@example.jp')
  const time = async (email: string): Promise<number> => {
    const began = process.hrtime.bigint()
    await h.signIn(email, 'wrong password')
    return Number(process.hrtime.bigint() - began) / 1e6
  }
  await time('known@example.jp')
  const known: number[] = []
  const unknown: number[] = []
  for (let round = 0; round < 8; round += 1) {
    known.push(await time('known@example.jp'))
    unknown.push(await time(`nobody${round}@example.jp`))
  }
  const fastest = (times: number[]): number => Math.min(...times)
  const ratio = fastest(unknown) / fastest(known)
  // Without the dummy hash the ratio is about 0.1; the margin is for a busy machine.
  assert.ok(ratio > 0.6 && ratio < 1.7, `ratio ${ratio}`)
})
