import { BwFailure } from './failure.ts'
import { type BwSettings, runBw } from './run-bw.ts'

/** How a person opens their Bitwarden vault. Nothing of it is kept but the session key that comes of it. */
export type BwCredentials = {
  email?: string | undefined
  masterPassword: string
  apiKey?: { clientId: string; clientSecret: string } | undefined
  twoStep?: { method: 'authenticator' | 'email' | 'yubikey'; code: string } | undefined
}

/** Numbers of the program's `--method`. */
const METHOD = { authenticator: '0', email: '1', yubikey: '3' } as const

/**
 * Signs in with the master password or an API key, unlocks, and reads the vault once.
 *
 * The code of the two-step login is typed into the program's question, so that it is in no argument list; a code that
 * came by mail has to be an argument, since the program sends another one before it asks. Such a code is good once.
 *
 * @returns the session key that unlocks what the program has stored
 * @throws {BwFailure}
 */
export async function signIn(
  settings: BwSettings,
  server: string | undefined,
  credentials: BwCredentials,
  signal: AbortSignal,
): Promise<string> {
  if (server !== undefined) {
    await runBw(settings, { args: ['config', 'server', server], signal })
  }
  const key =
    credentials.apiKey === undefined
      ? await withPassword(settings, credentials, signal)
      : await withApiKey(settings, credentials, credentials.apiKey, signal)
  // Signing in syncs too, but passes over a failure in silence.
  await runBw(settings, { args: ['sync'], secrets: { BW_SESSION: key }, signal })
  return key
}

async function withPassword(
  settings: BwSettings,
  { email = '', masterPassword, twoStep }: BwCredentials,
  signal: AbortSignal,
): Promise<string> {
  // After `--` an address cannot be taken for an option.
  const step = twoStep === undefined ? [] : ['--method', METHOD[twoStep.method]]
  const mailed = twoStep?.method === 'email' ? ['--code', twoStep.code] : []
  const stdout = await runBw(settings, {
    args: ['login', '--raw', '--passwordenv', 'BW_PASSWORD', ...step, ...mailed, '--', email],
    secrets: { BW_PASSWORD: masterPassword },
    code: twoStep?.method === 'email' ? undefined : twoStep?.code,
    signal,
  })
  return sessionKeyOf(stdout)
}

async function withApiKey(
  settings: BwSettings,
  { masterPassword }: BwCredentials,
  { clientId, clientSecret }: { clientId: string; clientSecret: string },
  signal: AbortSignal,
): Promise<string> {
  const secrets = { BW_CLIENTID: clientId, BW_CLIENTSECRET: clientSecret }
  await runBw(settings, { args: ['login', '--apikey'], secrets, signal })
  const stdout = await runBw(settings, {
    args: ['unlock', '--raw', '--passwordenv', 'BW_PASSWORD'],
    secrets: { BW_PASSWORD: masterPassword },
    signal,
  })
  return sessionKeyOf(stdout)
}

/** 64 bytes in base64, alone on its line. */
function sessionKeyOf(stdout: string): string {
  const key = stdout.trim().split('\n').at(-1)?.trim() ?? ''
  if (!/^[A-Za-z0-9+/]{60,120}={0,2}$/.test(key)) throw new BwFailure('answer_unreadable')
  return key
}
