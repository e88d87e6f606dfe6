import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testServices } from '../app/testing.ts'

test('a backup is made, listed as unproven, and proven by a drill', async () => {
  await using system = await testServices()
  const { services } = system
  await services.files.put('chatbot/a.txt', Buffer.from('港'), { contentType: 'text/plain' })
  const made = await services.backups.create({ reason: 'manual' })
  assert.equal(made.state, 'done')
  assert.equal(made.proof, 'unproven')
  const drill = await services.backups.drill()
  assert.deepEqual(drill.errorDetail, null)
  assert.equal(drill.state, 'passed')
  assert.deepEqual(
    drill.checks.map(({ name }) => name),
    ['found', 'manifest', 'fresh', 'parts', 'scratch', 'database', 'ciphertexts', 'files', 'app'],
  )
  assert.ok(drill.rtoMs !== null && drill.rtoMs > 0)
  assert.equal((await services.backups.list())[0]?.proof, 'proven')
})
