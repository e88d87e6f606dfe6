import { OpenAiError } from './errors.ts'

/**
 * Any key is accepted but two: `sk-refused` and `sk-quota` answer as a revoked and as an exhausted
 * key would. A request without a key is refused as the real service refuses it.
 */
export function checkKey(authorization: string | undefined): void {
  const key = /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1]
  if (key === undefined) {
    throw new OpenAiError(
      401,
      "You didn't provide an API key. Send it in an Authorization header: Authorization: Bearer YOUR_KEY.",
    )
  }
  if (key === 'sk-refused') throw badKey()
  if (key === 'sk-quota') throw quotaExceeded()
}

const badKey = () =>
  new OpenAiError(401, 'Incorrect API key provided. Check the key and try again.', {
    code: 'invalid_api_key',
  })

const quotaExceeded = () =>
  new OpenAiError(429, 'You exceeded your current quota, please check your plan and billing.', {
    type: 'insufficient_quota',
    code: 'insufficient_quota',
  })
