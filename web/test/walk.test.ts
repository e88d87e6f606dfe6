import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chromiumPath } from './chromium.ts'
import { startRealServer } from './real-server.ts'
import { insideRoutes, outsideRoutes } from './shell-routes.ts'
import { type Finding, walkRoutes } from './walk.ts'

const skip = chromiumPath() === undefined && 'no Chromium here (set CHROMIUM_PATH)'

const lines = (findings: Finding[]) =>
  findings.map(({ visit, kind, detail }) => `${visit}: ${kind}: ${detail}`)

const LONG = { skip, timeout: 480_000 }

test('every page of the shell, in both languages, colours and widths', LONG, async (t) => {
  await using server = await startRealServer()
  const { url: baseUrl } = server
  const outside = await walkRoutes({ baseUrl, routes: outsideRoutes })
  t.diagnostic(`pictures: ${outside.sheet}`)
  assert.deepEqual(lines(outside.findings), [])
  const cookies = await becomeAdministrator(server.setupUrl)
  const inside = await walkRoutes({ baseUrl, cookies, routes: insideRoutes })
  t.diagnostic(`pictures: ${inside.sheet}`)
  assert.deepEqual(lines(inside.findings), [])
})

async function becomeAdministrator(setupUrl: string): Promise<{ name: string; value: string }[]> {
  const { origin, hash } = new URL(setupUrl)
  const answer = await fetch(`${origin}/api/auth/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({
      token: hash.replace('#token=', ''),
      email: 'admin@example.com',
      name: '山田 花子',
      password: 'harbour lantern tide 42',
    }),
  })
  assert.equal(answer.status, 201, await answer.text())
  return answer.headers.getSetCookie().map((cookie) => {
    const [pair = ''] = cookie.split(';')
    const cut = pair.indexOf('=')
    return { name: pair.slice(0, cut), value: pair.slice(cut + 1) }
  })
}
