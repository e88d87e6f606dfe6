import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fastify from 'fastify'
import { handleErrors } from './error-handler.ts'
import { requireRouteRules } from './route-rules.ts'
import { serveSite } from './static-site.ts'

const SCRIPT = 'console.log("港")\n'.repeat(200)
let folder: string
let server: ReturnType<typeof fastify>
let url: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minato-site-'))
  await mkdir(join(folder, 'assets'))
  await writeFile(
    join(folder, 'index.html'),
    '<html><script nonce="__CSP_NONCE__" src="/assets/app-3f9a.js"></script><i>__CSP_NONCE__</i></html>',
  )
  await writeFile(join(folder, 'assets/app-3f9a.js'), SCRIPT)
  await writeFile(join(folder, 'assets/app-3f9a.js.gz'), gzipSync(SCRIPT))
  await writeFile(join(folder, 'assets/app-3f9a.js.map'), '{"sources":["secret.ts"]}')
  await writeFile(join(folder, 'favicon.svg'), '<svg/>')
  await writeFile(join(folder, '.env'), 'SECRET=1')
  server = fastify()
  requireRouteRules(server)
  server.decorateRequest('locale', { getter: () => 'en' as const })
  handleErrors(server, {
    errors: { capture: () => undefined, flush: async () => undefined },
    log: { warn: () => undefined },
  })
  await serveSite(server, { folder, csp: { 'img-src': ['https://files.example'] } })
  url = await server.listen({ host: '127.0.0.1', port: 0 })
})
after(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

test('hashed assets are immutable; packed for who takes it, and caches are told so', async () => {
  const answer = await fetch(`${url}/assets/app-3f9a.js`)
  assert.equal(answer.headers.get('cache-control'), 'public, max-age=31536000, immutable')
  assert.equal(answer.headers.get('content-encoding'), 'gzip')
  assert.match(answer.headers.get('vary') ?? '', /accept-encoding/i)
  assert.equal(await answer.text(), SCRIPT)
  const plain = await server.inject({ url: '/assets/app-3f9a.js' })
  assert.equal(plain.headers['content-encoding'], undefined)
  assert.match(String(plain.headers.vary), /accept-encoding/i)
  assert.equal(plain.body, SCRIPT)
})

test('the rest is asked for again, with an ETag that spares the body', async () => {
  const first = await fetch(`${url}/favicon.svg`)
  assert.equal(first.headers.get('cache-control'), 'no-cache')
  const etag = first.headers.get('etag') ?? ''
  assert.notEqual(etag, '')
  const again = await server.inject({ url: '/favicon.svg', headers: { 'if-none-match': etag } })
  assert.equal(again.statusCode, 304)
  assert.equal(again.body, '')
})

test('a page has a fresh nonce in its policy and in its HTML, and no inline code otherwise', async () => {
  const nonces = new Set<string>()
  for (const path of ['/', '/chatbot/c/7', '/sign-in?next=/x']) {
    const answer = await fetch(url + path)
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    const policy = answer.headers.get('content-security-policy') ?? ''
    const nonce = /script-src 'self' 'nonce-([\w-]{22})'/.exec(policy)?.[1] ?? ''
    nonces.add(nonce)
    const html = await answer.text()
    assert.ok(html.includes(`nonce="${nonce}"`))
    assert.doesNotMatch(html, /__CSP_NONCE__/)
    assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval|\*/)
    assert.match(policy, /frame-ancestors 'none'/)
    assert.match(policy, /object-src 'none'/)
    assert.match(policy, /base-uri 'none'/)
    assert.match(policy, /img-src 'self' data: blob: https:\/\/files\.example/)
    assert.equal(answer.headers.get('cross-origin-opener-policy'), 'same-origin')
  }
  assert.equal(nonces.size, 3)
})

test('addresses of programs, missing files, maps and dotfiles are no pages', async () => {
  for (const path of [
    '/api/nothing',
    '/v1/nothing',
    '/assets/gone-1234.js',
    '/assets/app-3f9a.js.map',
    '/.env',
    '/..%2f..%2fetc/passwd.txt',
    '/robots.php',
    '/health',
  ]) {
    const answer = await fetch(url + path)
    assert.equal(answer.status, 404, path)
    assert.match(answer.headers.get('content-type') ?? '', /problem\+json/, path)
  }
  assert.equal((await fetch(`${url}/chatbot`, { method: 'POST' })).status, 404)
})
