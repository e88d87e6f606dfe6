import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Bench, startBench } from './bench.ts'

const CARELESS = {
  TRUST_PROXY: '0.0.0.0/1,128.0.0.0/1',
  METRICS_TOKEN: '',
  AUTH_ACCOUNT_ATTEMPTS: '100',
  RATE_SIGN_IN: '100000/1m',
  LLM_MODEL: 'no-such-model',
  MAIL_URL: 'smtp://127.0.0.1:9',
}

describe('the live audit of a careless configuration', () => {
  let bench: Bench
  before(async () => {
    bench = await startBench(CARELESS, { worker: false })
  })
  after(async () => await bench?.[Symbol.asyncDispose]())

  for (const [what, expect] of [
    ['every address is a trusted proxy', 'http.spoofed-address'],
    ['metrics have no token', 'http.metrics-closed'],
    ['a hundred guesses are free', 'auth.lockout'],
    ['sign-ins are hardly limited', 'auth.sign-in-limit'],
    ['the model does not exist', 'llm.proven'],
    ['the mail server is away', 'mail.arrives'],
    ['no worker runs', 'jobs.round-trip'],
  ] as const) {
    test(`finds: ${what} (${expect})`, async () => {
      const outcome = await bench.run(expect, `http://127.0.0.1:${bench.port}`)
      assert.equal(outcome.status, 'fail', JSON.stringify(outcome.evidence))
    })
  }
})
