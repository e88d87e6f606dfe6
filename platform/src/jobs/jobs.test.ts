import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { type AppServices, defineApp } from '../app/index.ts'
import { testServer } from '../app/testing.ts'
import { defineConfig, variable } from '../config/index.ts'
import { defineJob } from './define-job.ts'

const config = defineConfig({
  greeting: variable('TRIAL_GREETING', z.string().default('hello'), { describe: 'a greeting' }),
})
const greet = defineJob({
  name: 'trial.greet',
  title: { en: 'Greet', ja: 'あいさつ' },
  input: z.object({ name: z.string().default('you') }),
  timeoutMs: 5000,
  async run(services: AppServices<typeof config.variables>, { name }, job) {
    await job.progress(50, { en: 'Half', ja: '半分' }, { name })
    job.log.info('trial.greeted', { name })
    return `${services.appConfig.greeting} ${name}`
  },
})
const app = defineApp({
  name: 'trial',
  title: { en: 'Trial', ja: '試行' },
  description: { en: 'Trial.', ja: '試行。' },
  config,
  permissions: {},
  jobs: [greet],
})

test('a job runs, tells its progress and gives its result', { timeout: 60_000 }, async () => {
  await using server = await testServer({ apps: [app] as never })
  const person = await server.signIn()
  const { id } = await server.services.jobs.enqueue(
    greet,
    { name: 'Aoi' },
    { ownerId: person.user.id },
  )
  const seen: string[] = []
  for await (const job of server.services.jobs.watch(id, AbortSignal.timeout(20_000))) {
    seen.push(`${job.state} ${job.progress}`)
    if (job.state === 'succeeded') {
      assert.equal(job.result, 'hello Aoi')
      assert.deepEqual(
        job.timeline.map(({ percent, message }) => ({ percent, message })),
        [{ percent: 50, message: { en: 'Half', ja: '半分' } }],
      )
    }
  }
  assert.equal(seen.at(-1), 'succeeded 100')
  const answer = await server.inject({ url: `/api/jobs/${id}`, headers: person.headers })
  assert.equal(answer.statusCode, 200, answer.body)
  assert.equal(answer.json().state, 'succeeded')
})
