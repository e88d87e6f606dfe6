import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Bench, startBench } from './bench.ts'
import type { Lie } from './lying-proxy.ts'
import { startProxy } from './lying-proxy.ts'
import { GOOD_TLS, TLS_FAULTS, trust } from './tls-faults.ts'

const redirecting: Lie = {
  answer(request, response) {
    response.writeHead(308, { location: `https://minato.example.com${request.url}` }).end()
    return true
  },
}

describe('the live audit of TLS', () => {
  let bench: Bench
  before(async () => {
    bench = await startBench()
  })
  after(async () => await bench?.[Symbol.asyncDispose]())

  test('finds nothing at an honest proxy', async () => {
    trust(GOOD_TLS)
    await using plain = await startProxy(bench.port, redirecting)
    await using proxy = await startProxy(bench.port, { tls: GOOD_TLS })
    const ids = [...new Set(TLS_FAULTS.map(({ expect }) => expect)), 'tls.redirect', 'http.hsts']
    const found = await bench.runAll(ids, proxy.url, { plainPort: plain.port })
    for (const [id, { status, evidence }] of found) {
      assert.equal(status, 'pass', `${id}: ${JSON.stringify(evidence)}`)
    }
  })

  for (const { id, expect, tls, untrusted } of TLS_FAULTS) {
    test(`finds: ${id} (${expect})`, async () => {
      trust(untrusted ? undefined : tls)
      await using proxy = await startProxy(bench.port, { tls })
      const outcome = await bench.run(expect, proxy.url)
      assert.equal(outcome.status, 'fail', JSON.stringify(outcome.evidence))
    })
  }

  test('finds: plain http serves the pages (tls.redirect)', async () => {
    await using plain = await startProxy(bench.port)
    await using proxy = await startProxy(bench.port, { tls: GOOD_TLS })
    const outcome = await bench.run('tls.redirect', proxy.url, { plainPort: plain.port })
    assert.equal(outcome.status, 'fail', JSON.stringify(outcome.evidence))
  })
})
