import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { askProvider, type ProviderAnswer } from './ask-provider.ts'
import { oauthErrors } from './oauth-errors.ts'
import type { ClientMethod } from './tables.ts'

/** Who asks: a client and how it proves itself. */
export type OAuthClient = {
  clientId: string
  clientSecret: string | undefined
  clientMethod: ClientMethod
}

const tokenAnswer = z.object({
  access_token: z.string().min(1).max(16_384),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.coerce.number().int().min(0).max(10_000_000).optional(),
  refresh_token: z.string().min(1).max(16_384).optional(),
  scope: z.string().max(4000).optional(),
})

export type Tokens = z.infer<typeof tokenAnswer>

type Options = { once?: boolean; sleep?: (ms: number) => Promise<unknown> }

/**
 * A request to a token or revocation endpoint.
 * @throws {MinatoError} MCP_CONSOLE_OAUTH_UNAVAILABLE
 */
export async function askAsClient(
  services: ConsoleServices,
  endpoint: string,
  client: OAuthClient,
  form: Record<string, string>,
  options: Options = {},
): Promise<ProviderAnswer> {
  const body = new URLSearchParams(form)
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' }
  const { clientId, clientSecret, clientMethod } = client
  if (clientMethod === 'client_secret_basic' && clientSecret !== undefined) {
    // RFC 6749, 2.3.1: both are form-encoded before they are joined.
    const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`
    headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`
  } else {
    body.set('client_id', clientId)
    if (clientSecret !== undefined) body.set('client_secret', clientSecret)
  }
  return await askProvider(services, endpoint, {
    method: 'POST',
    headers,
    body: body.toString(),
    ...options,
  })
}

/** @throws {MinatoError} MCP_CONSOLE_OAUTH_BAD_ANSWER */
export function readTokens(answer: ProviderAnswer, endpoint: string): Tokens {
  const parsed = tokenAnswer.safeParse(answer.body)
  if (parsed.success) return parsed.data
  throw oauthErrors.MCP_CONSOLE_OAUTH_BAD_ANSWER({ host: new URL(endpoint).host })
}
