import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkUrl } from './check.ts'
import { OUTBOUND_ERRORS } from './error-table.ts'
import { BYPASS_SPELLINGS } from './test-data/bypass-spellings.ts'
import { ORDINARY_URLS } from './test-data/ordinary-urls.ts'
import { PARSER_TRICKS } from './test-data/parser-templates.ts'

describe('known bypass spellings are refused', () => {
  for (const [kind, spellings] of Object.entries(BYPASS_SPELLINGS)) {
    it(`${kind} (${spellings.length})`, () => {
      const allowed = spellings.filter((url) => checkUrl(url).verdict === 'allow')
      assert.deepEqual(allowed, [])
    })
  }

  it(`two hosts in one URL (${PARSER_TRICKS.length})`, () => {
    const allowed = PARSER_TRICKS.filter((url) => checkUrl(url).verdict === 'allow')
    assert.deepEqual(allowed, [])
  })

  it('at least 200 of them, none twice', () => {
    const all = Object.values(BYPASS_SPELLINGS).flat()
    assert.ok(all.length >= 200, String(all.length))
    assert.equal(new Set(all).size, all.length)
  })

  it('each with a code of the table and both languages', () => {
    for (const url of Object.values(BYPASS_SPELLINGS).flat()) {
      const { reason, detail } = checkUrl(url)
      assert.ok(reason in OUTBOUND_ERRORS, reason)
      assert.ok(detail?.en && detail.ja, url)
    }
  })
})

describe('ordinary URLs are allowed', () => {
  it(`all ${ORDINARY_URLS.length}`, () => {
    const refused = ORDINARY_URLS.map(checkUrl).filter(({ verdict }) => verdict === 'refuse')
    assert.deepEqual(
      refused.map(({ url, reason }) => `${reason} ${url}`),
      [],
    )
    assert.ok(ORDINARY_URLS.length >= 100)
  })
})

describe('reasons are the most specific ones', () => {
  const cases: [url: string, reason: string][] = [
    ['http://0x7f.1/', 'OUTBOUND_LOOPBACK'],
    ['http://10.0.0.1/', 'OUTBOUND_PRIVATE'],
    ['http://169.254.169.254/', 'OUTBOUND_METADATA'],
    ['http://169.254.1.1/', 'OUTBOUND_LINK_LOCAL'],
    ['http://100.64.0.1/', 'OUTBOUND_CGNAT'],
    ['http://224.0.0.1/', 'OUTBOUND_MULTICAST'],
    ['http://198.18.0.1/', 'OUTBOUND_RESERVED'],
    ['http://[::ffff:127.0.0.1]/', 'OUTBOUND_EMBEDDED_IPV4'],
    ['http://printer.local/', 'OUTBOUND_LOCAL_NAME'],
    ['http://127.0.0.1.nip.io/', 'OUTBOUND_WILDCARD_DNS'],
    ['https://user:pw@example.com/', 'OUTBOUND_CREDENTIALS'],
    ['https://520968996/', 'OUTBOUND_SPELLING'],
    ['http://example.com:6379/', 'OUTBOUND_PORT'],
    ['file:///etc/passwd', 'OUTBOUND_SCHEME'],
    ['not a url', 'OUTBOUND_URL_INVALID'],
    [`https://example.com/${'a'.repeat(20_000)}`, 'OUTBOUND_URL_TOO_LONG'],
    ['https://example.com/', 'OUTBOUND_OK'],
  ]
  for (const [url, reason] of cases) {
    it(`${reason} for ${url.slice(0, 40)}`, () => assert.equal(checkUrl(url).reason, reason))
  }
})
