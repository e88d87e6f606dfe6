import { decryptFernet, KeyError, parseFernetKey } from '@minato/platform/keys'
import { z } from 'zod'

/** `{type: "encrypted", blob}` of OAuth tokens, `{ciphertext}` of the GitHub token. */
const tokenRef = z.object({ blob: z.string().optional(), ciphertext: z.string().optional() })

export type Opened = { text: string } | { reason: 'no_key' | 'bad_token' }

/** Opens what the old console encrypted. Nothing of it is in the answer when it does not open. */
export function openFernet(stored: unknown, keys: readonly string[]): Opened {
  const ref = tokenRef.safeParse(stored)
  const token = ref.success ? (ref.data.blob ?? ref.data.ciphertext) : undefined
  if (token === undefined) return { reason: 'bad_token' }
  if (keys.length === 0) return { reason: 'no_key' }
  try {
    return { text: decryptFernet(token, keys.map(parseFernetKey)).toString('utf8') }
  } catch (error) {
    if (error instanceof KeyError) return { reason: 'bad_token' }
    throw error
  }
}

export const FERNET_REASONS = {
  no_key: {
    en: 'It is encrypted. Give the old OAUTH_TOKEN_ENCRYPTION_KEY with --fernet-key-file.',
    ja: '暗号化されています。旧 OAUTH_TOKEN_ENCRYPTION_KEY を --fernet-key-file で指定してください。',
  },
  bad_token: {
    en: 'It does not open with this key, or was altered. Authorize the server again.',
    ja: 'この鍵では復号できないか、改ざんされています。サーバーの認可をやり直してください。',
  },
} as const
