import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { defineConfig, type Problem, type Profile, variable } from '../config/index.ts'
import type { Secret } from '../log/index.ts'
import type { RingKey } from './key-ring.ts'

/** SHA-256 of the keys in `.env.development`, which is public: production refuses them. */
const DEVELOPMENT_FINGERPRINTS = new Set([
  '5218602e7f02420249600745133a61199c90be42ee1bc67c93eef0eec8ed8bae',
  '5387a7d8e1edcd3476ff2c19621ee4049af92bc57f265eb9438ed70d7a40105c',
])

/** Whether a key (by its `fingerprint`) is one of the public ones. */
export function isDevelopmentKey(sha256: string): boolean {
  return DEVELOPMENT_FINGERPRINTS.has(sha256)
}

export const keysConfig = defineConfig(
  {
    authSecret: variable(
      'AUTH_SECRET',
      z.string().refine((text) => text.length >= 32, { message: 'must be at least 32 characters' }),
      {
        describe: 'signs cookies and links; make one with `minato keys generate`',
        secret: true,
      },
    ),
    encryptionKeys: variable('ENCRYPTION_KEYS', z.string().superRefine(refineKeys), {
      describe:
        'id:base64 of 32 bytes, comma-separated, the first encrypts; make one with `minato keys generate`',
      secret: true,
    }),
  },
  { check: refuseDevelopmentKeys },
)

function refineKeys(text: string, context: z.RefinementCtx): void {
  const seen = new Set<string>()
  for (const item of text.split(',')) {
    const { problem, id } = readKey(item)
    const message = problem ?? (seen.has(id) ? `must not use the id "${id}" twice` : undefined)
    if (message !== undefined) {
      context.addIssue({ code: 'custom', message })
      return
    }
    seen.add(id)
  }
}

function readKey(item: string): { id: string; key: Buffer; problem?: string } {
  const match = /^\s*([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/_-]+={0,2})\s*$/.exec(item)
  const id = match?.[1] ?? ''
  const key = Buffer.from(match?.[2] ?? '', 'base64')
  if (match === null) return { id, key, problem: 'must be id:base64, comma-separated' }
  if (key.length !== 32) return { id, key, problem: `must hold 32 bytes a key ("${id}" does not)` }
  return { id, key }
}

/** `id:base64,id2:base64` → keys. Call only with text that passed the schema. */
export function parseKeys(text: string): RingKey[] {
  return text.split(',').map((item) => {
    const { id, key } = readKey(item)
    return { id, key }
  })
}

/** SHA-256 (hex) of a key, for comparing without holding it. */
export function fingerprint(key: string | Buffer): string {
  return createHash('sha256').update(key).digest('hex')
}

function refuseDevelopmentKeys(
  values: { authSecret: Secret; encryptionKeys: Secret },
  profile: Profile,
): Problem[] {
  if (profile !== 'production' && profile !== 'staging') return []
  const used: [string, string | Buffer][] = [
    ['AUTH_SECRET', values.authSecret.reveal()],
    ...parseKeys(values.encryptionKeys.reveal()).map(({ key }): [string, Buffer] => [
      'ENCRYPTION_KEYS',
      key,
    ]),
  ]
  return used
    .filter(([, key]) => isDevelopmentKey(fingerprint(key)))
    .map(([name]) => ({
      variable: name,
      problem: {
        en: 'holds the public development key',
        ja: 'に公開されている開発用の鍵が使われています',
      },
      mend: {
        en: 'make a new one with `minato keys generate`',
        ja: '`minato keys generate` で新しい鍵を作ってください',
      },
    }))
}

/** New root keys as environment lines, for a person to put into a secret store. */
export function generateKeys(date: Date): { AUTH_SECRET: string; ENCRYPTION_KEYS: string } {
  const id = `k${date.toISOString().slice(0, 10).replaceAll('-', '')}`
  return {
    AUTH_SECRET: randomBytes(32).toString('base64url'),
    ENCRYPTION_KEYS: `${id}:${randomBytes(32).toString('base64')}`,
  }
}
