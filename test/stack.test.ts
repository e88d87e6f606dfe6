import { after, before, describe, test } from 'node:test'
import { alert } from './stack/alert.ts'
import { audit } from './stack/audit.ts'
import { deploySteps } from './stack/deploy.ts'
import { edge } from './stack/edge.ts'
import { journey } from './stack/journey.ts'
import { restore } from './stack/restore.ts'
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
  test('a stranger finds a narrow door, and the containers are bounded', async () => {
    await edge(stack)
  })
  test('the chatbot: a PDF, an answer as it is written, a live connection', async () => {
    await journey(stack)
  })
  test('an alert arrives in the mailbox of who is on call', async () => {
    await alert(stack)
  })
  test('a backup is proven, and a dropped table comes back out of the archived log', async () => {
    await restore(stack)
  })
  test('every phase of the audit is green, but for what a trial is not', async () => {
    await audit(stack)
  })
  test('a deploy under load loses nothing; a bad release goes back by itself', async () => {
    await deploySteps(stack)
  })
})
