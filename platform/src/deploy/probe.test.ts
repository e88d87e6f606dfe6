import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { answerQuestions } from './probe.ts'
import { startProbe } from './probe-client.ts'

test('a name that is nobody has no processes; a front that is away is an answer, not a crash', async () => {
  const [input, output] = [new PassThrough(), new PassThrough()]
  input.end('{"id":1,"to":"web-green","path":"/metrics"}\n\n{"id":2,"to":"front","path":"/"}\n')
  const done = answerQuestions(input, output, { METRICS_TOKEN: 'a-token-of-a-test' })
  await done
  const lines = output.read().toString().trim().split('\n')
  const byId = Object.fromEntries(
    lines.map((line: string) => {
      const { id, answers } = JSON.parse(line)
      return [id, answers]
    }),
  )
  assert.deepEqual(byId[1], [])
  assert.equal(byId[2][0].status, 0)
  assert.ok(!lines.join().includes('a-token-of-a-test'))
})

test('a probe that ends fails what is asked of it, with what it said last', async () => {
  const main = fileURLToPath(new URL('../../../bin/main.ts', import.meta.url))
  const place = { folder: '.', env: process.env }
  const probe = startProbe(process.execPath, [main, 'probe'], place)
  try {
    assert.deepEqual(await probe.ask('web-blue', '/'), [])
  } finally {
    await probe.close()
  }
  const broken = startProbe(process.execPath, ['-e', 'throw new Error("no network")'], place)
  await assert.rejects(broken.ask('front', '/'), { code: 'DEPLOY_STACK', message: /no network/ })
})
