import { after, before, describe, test } from 'node:test'
import { smoke } from './stack/smoke.ts'
import { type Stack, startStack, withoutStack } from './stack/up.ts'

// One production stack, from the built image, for every step that needs a real one.
describe('the production stack on a Docker engine', { skip: withoutStack }, () => {
  let stack: Stack
  before(async () => {
    stack = await startStack()
  })
  after(async () => {
    await stack?.stop()
  })

  test('from the setup link to an administrator, over HTTPS through nginx', async () => {
    await smoke(stack)
  })
})
