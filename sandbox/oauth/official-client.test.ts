import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type {
  OAuthClientInformationMixed,
  OAuthTokens,
} from '@modelcontextprotocol/sdk/shared/auth.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { type Sandbox, startSandbox } from '../index.ts'

const REDIRECT = 'http://127.0.0.1:9/callback'
let sandbox: Sandbox
before(async () => {
  sandbox = await startSandbox()
})
after(() => sandbox.close())

/** What the SDK wants to have kept for it. */
function memoryProvider() {
  const kept: {
    client?: OAuthClientInformationMixed
    tokens?: OAuthTokens
    verifier: string
    page?: URL
  } = {
    verifier: '',
  }
  const provider: OAuthClientProvider = {
    redirectUrl: REDIRECT,
    clientMetadata: { redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none' },
    clientInformation: () => kept.client,
    saveClientInformation: (client) => {
      kept.client = client
    },
    tokens: () => kept.tokens,
    saveTokens: (tokens) => {
      kept.tokens = tokens
    },
    redirectToAuthorization: (page) => {
      kept.page = page
    },
    saveCodeVerifier: (verifier) => {
      kept.verifier = verifier
    },
    codeVerifier: () => kept.verifier,
  }
  return { kept, provider }
}

async function say(provider: OAuthClientProvider, message: string) {
  const transport = new StreamableHTTPClientTransport(new URL(sandbox.mcpServers.protected), {
    authProvider: provider,
  })
  const client = new Client({ name: 'test', version: '1' })
  try {
    await client.connect(transport as Transport)
    return await client.callTool({ name: 'echo', arguments: { message } })
  } finally {
    await client.close()
  }
}

test('the SDK’s own client finds, registers, authorizes, calls, and refreshes', async () => {
  const { kept, provider } = memoryProvider()
  await assert.rejects(say(provider, 'too early'), UnauthorizedError)
  await fetch(`${sandbox.url}/sandbox/scenarios/oauth`, {
    method: 'PUT',
    headers: { 'x-sandbox-token': sandbox.controlToken, 'content-type': 'application/json' },
    body: JSON.stringify({ scenario: 'auto-approve' }),
  })
  const answer = await fetch(kept.page ?? '', { redirect: 'manual' })
  const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? ''
  const transport = new StreamableHTTPClientTransport(new URL(sandbox.mcpServers.protected), {
    authProvider: provider,
  })
  await transport.finishAuth(code)
  assert.match(JSON.stringify(await say(provider, 'hello')), /hello/)

  const first = kept.tokens?.access_token
  kept.tokens = { ...kept.tokens, access_token: 'ended', token_type: 'Bearer' }
  assert.match(JSON.stringify(await say(provider, 'again')), /again/)
  assert.ok(kept.tokens.access_token !== 'ended' && kept.tokens.access_token !== first)
})
