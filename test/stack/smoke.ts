import assert from 'node:assert/strict'
import { call } from '../http-client.ts'
import type { Stack } from './up.ts'

/** Setup link → administrator → pages and API, all over HTTPS through nginx. */
export async function smoke(stack: Stack): Promise<void> {
  const ready = await fetch(`${stack.url}/health/ready`)
  assert.equal(ready.status, 200)
  assert.match(ready.headers.get('strict-transport-security') ?? '', /max-age=\d{8}/)
  const page = await fetch(`${stack.url}/`)
  assert.match(await page.text(), /<div id="root">/)
  const admin = await stack.adminSession()
  const me = await call(stack.url, admin, '/api/auth/profile')
  assert.equal(me.status, 200)
  assert.match(await me.text(), /master@quay\.test/)
  assert.equal((await fetch(`${stack.url}/metrics`)).status, 404, 'metrics stay inside')
}
