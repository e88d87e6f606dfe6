import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OutboundInit } from '../outbound/index.ts'
import { roleCredentials } from './role-credentials.ts'

const FOUND = {
  AccessKeyId: 'ASIA-ROLE',
  SecretAccessKey: 'role-secret',
  Token: 'role-token',
  Expiration: '2026-11-22T12:00:00Z',
  Code: 'Success',
}

/** Answers by address; what is not in the table is 404. Every request is kept. */
function service(answers: Record<string, string>) {
  const asked: { url: string; method: string; headers: Headers; trust: string }[] = []
  const fetch = async (url: string | URL, init: OutboundInit) => {
    const { method = 'GET', headers = {}, trust } = init
    asked.push({ url: String(url), method, headers: new Headers(headers), trust })
    const answer = answers[`${method} ${url}`]
    return new Response(answer ?? 'not here', { status: answer === undefined ? 404 : 200 })
  }
  return { outbound: { fetch }, asked }
}

test('an ECS task gets the credentials of its role, with their end', async () => {
  const { outbound, asked } = service({
    'GET http://169.254.170.2/v2/credentials/abc': JSON.stringify(FOUND),
  })
  const provide = roleCredentials({ outbound, taskPath: '/v2/credentials/abc' })
  assert.deepEqual(await provide(), {
    accessKeyId: 'ASIA-ROLE',
    secretAccessKey: 'role-secret',
    sessionToken: 'role-token',
    expiration: new Date('2026-11-22T12:00:00Z'),
  })
  assert.deepEqual(
    asked.map(({ trust }) => trust),
    ['config'],
  )
})

test('an EC2 machine is asked with a token first (IMDSv2)', async () => {
  const { outbound, asked } = service({
    'PUT http://169.254.169.254/latest/api/token': 'metadata-token',
    'GET http://169.254.169.254/latest/meta-data/iam/security-credentials/': 'minato-small\n',
    'GET http://169.254.169.254/latest/meta-data/iam/security-credentials/minato-small':
      JSON.stringify(FOUND),
  })
  const { accessKeyId } = await roleCredentials({ outbound, taskPath: undefined })()
  assert.equal(accessKeyId, 'ASIA-ROLE')
  for (const { headers } of asked.slice(1)) {
    assert.equal(headers.get('x-aws-ec2-metadata-token'), 'metadata-token')
  }
})

test('no role, or an answer that is none, is an error and not an empty key', async () => {
  const absent = service({})
  await assert.rejects(
    roleCredentials({ outbound: absent.outbound, taskPath: '/x' })(),
    /answered 404/,
  )
  const wrong = service({ 'GET http://169.254.170.2/x': '{"AccessKeyId":"only"}' })
  await assert.rejects(roleCredentials({ outbound: wrong.outbound, taskPath: '/x' })())
})
