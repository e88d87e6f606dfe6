import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { allowsHost, normalHostPattern } from './allows-host.ts'

describe('the allow-list', () => {
  const table: [list: string[], url: string, allowed: boolean][] = [
    [[], 'https://mcp.example.com/', false],
    [['mcp.example.com'], 'https://mcp.example.com/mcp', true],
    [['mcp.example.com'], 'http://mcp.example.com/', true],
    [['mcp.example.com'], 'https://MCP.Example.COM./', true],
    [['MCP.example.com.'], 'https://mcp.example.com/', true],
    [['mcp.example.com'], 'https://example.com/', false],
    [['mcp.example.com'], 'https://a.mcp.example.com/', false],
    [['mcp.example.com'], 'https://mcp.example.com.evil.test/', false],
    [['mcp.example.com'], 'https://mcp.example.com@evil.test/', false],
    [['mcp.example.com'], 'https://user@mcp.example.com/', false],
    // Ports: the scheme's own, unless one is listed.
    [['mcp.example.com'], 'https://mcp.example.com:443/', true],
    [['mcp.example.com'], 'https://mcp.example.com:8443/', false],
    [['mcp.example.com'], 'http://mcp.example.com:443/', false],
    [['mcp.example.com:8443'], 'https://mcp.example.com:8443/', true],
    [['mcp.example.com:8443'], 'https://mcp.example.com/', false],
    [['mcp.example.com:443'], 'https://mcp.example.com/', true],
    [['mcp.example.com:443'], 'http://mcp.example.com/', false],
    // Suffixes: what is under them, at any depth, and not the apex.
    [['*.example.com'], 'https://a.example.com/', true],
    [['*.example.com'], 'https://a.b.example.com/', true],
    [['*.example.com'], 'https://example.com/', false],
    [['*.example.com'], 'https://notexample.com/', false],
    [['*.example.com'], 'https://a.example.com:8443/', false],
    [['*.example.com:8443'], 'https://a.example.com:8443/', true],
    // Addresses.
    [['[::1]'], 'https://[::1]/', false],
    [['[2001:db8::1]:443', '2001:db8::1'], 'https://[2001:db8::1]/', false],
    [['*.example.com'], 'https://[2001:db8::1]/', false],
    [['203.0.113.7'], 'https://203.0.113.7/', true],
    [['203.0.113.7'], 'https://0xcb007107/', true], // one address in another spelling
    [['*.113.7'], 'https://203.0.113.7/', false],
    // Entries that mean nothing let nothing through.
    [['*'], 'https://example.com/', false],
    [['*.com'], 'https://example.com/', false],
    [['*.*.com'], 'https://a.example.com/', false],
    [['https://example.com'], 'https://example.com/', false],
    [['example.com/path'], 'https://example.com/path', false],
    [['', ' ', '.', ':443'], 'https://example.com/', false],
    // Not the web.
    [['example.com'], 'ftp://example.com/', false],
    [['example.com'], 'file://example.com/etc/passwd', false],
    [['example.com'], 'example.com', false],
    // Internationalized names are compared in their ASCII form.
    [['港.example'], 'https://xn--j6w.example/', true],
  ]
  for (const [list, url, allowed] of table) {
    test(`[${list}] ${allowed ? 'lets' : 'does not let'} ${url} through`, () => {
      assert.equal(allowsHost(list, url), allowed)
    })
  }
})

const label = fc
  .stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/)
  .filter((text) => !text.startsWith('xn--'))
const host = fc
  .array(label, { minLength: 2, maxLength: 4 })
  .map((labels) => `${labels.join('.')}.test`)
const port = fc.integer({ min: 1, max: 65_535 }).filter((number) => number !== 443)

test('an exact entry lets through its own host and no other', () => {
  fc.assert(
    fc.property(host, host, (listed, asked) => {
      assert.equal(allowsHost([listed], `https://${asked}/`), listed === asked)
    }),
  )
})

test('a suffix lets through what is under it, and never itself or a look-alike', () => {
  fc.assert(
    fc.property(host, label, (suffix, under) => {
      const list = [`*.${suffix}`]
      assert.equal(allowsHost(list, `https://${under}.${suffix}/`), true)
      assert.equal(allowsHost(list, `https://${suffix}/`), false)
      assert.equal(allowsHost(list, `https://${under}${suffix}/`), false)
      assert.equal(allowsHost(list, `https://${under}.${suffix}.${under}/`), false)
    }),
  )
})

test('a port other than the own one passes only where it is listed', () => {
  fc.assert(
    fc.property(host, port, port, (name, listed, asked) => {
      assert.equal(allowsHost([name], `https://${name}:${asked}/`), false)
      const fits = listed === asked
      assert.equal(allowsHost([`${name}:${listed}`], `https://${name}:${asked}/`), fits)
    }),
  )
})

test('any text is either refused or kept in a form that means the same', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        host,
        host.map((name) => `*.${name}`),
      ),
      host,
      (text, name) => {
        const normal = normalHostPattern(text)
        if (normal === undefined) {
          assert.equal(allowsHost([text], `https://${name}/`), false)
          return
        }
        assert.equal(normalHostPattern(normal), normal)
        const url = `https://a.${name}/`
        assert.equal(allowsHost([text], url), allowsHost([normal], url))
      },
    ),
  )
})
