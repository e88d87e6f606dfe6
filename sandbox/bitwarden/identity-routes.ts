import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Account } from './account.ts'
import { identityAnswer } from './decryption-options.ts'
import { exchange, type Vault } from './exchange.ts'
import { PROVIDER } from './two-step.ts'

const CLIENTS = new Set(['web', 'browser', 'desktop', 'mobile', 'cli'])
/** What an unknown address is told, so that nobody learns which addresses exist. */
const DEFAULT_ITERATIONS = 600_000
const PBKDF2 = 0

type Form = Record<string, string>

/** The identity service: how a password becomes keys (prelogin), and tokens for those who know it. */
export async function identityRoutes(app: FastifyInstance, { vault }: { vault: Vault }) {
  for (const path of ['/accounts/prelogin', '/accounts/prelogin/password']) {
    app.post<{ Body: { email?: string } | null }>(path, async (request, reply) => {
      const email = (request.body?.email ?? '').trim().toLowerCase()
      return await exchange(vault, request, reply, { at: 'prelogin', email }, async () => {
        const account = vault.accounts.find((one) => one.email === email)
        const Iterations = account?.iterations ?? DEFAULT_ITERATIONS
        return {
          Kdf: PBKDF2,
          KdfIterations: Iterations,
          KdfMemory: null,
          KdfParallelism: null,
          KdfSettings: { KdfType: PBKDF2, Iterations, Memory: null, Parallelism: null },
          Salt: email,
        }
      })
    })
  }
  app.post<{ Body: Form | null }>('/connect/token', async (request, reply) => {
    const form = request.body ?? {}
    const grant = form['grant_type'] ?? ''
    const email = (form['username'] ?? '').trim().toLowerCase()
    return await exchange(
      vault,
      request,
      reply,
      { at: 'token', email, detail: { grant } },
      async (does) => {
        if (grant === 'password') return await byPassword(vault, reply, form, does)
        if (grant === 'client_credentials') return await byApiKey(vault, reply, form, does)
        if (grant === 'refresh_token') return await byRefreshToken(vault, reply, form)
        return refuse(reply, 'unsupported_grant_type', 'This grant is not supported.')
      },
    )
  })
}

async function byPassword(
  vault: Vault,
  reply: FastifyReply,
  form: Form,
  does: Record<string, unknown>,
): Promise<unknown> {
  if (!CLIENTS.has(form['client_id'] ?? '')) return refuse(reply, 'invalid_client')
  if (!form['scope']?.split(' ').includes('api')) return refuse(reply, 'invalid_scope')
  if (!form['deviceIdentifier'] || !form['deviceType'] || !form['deviceName']) {
    return refuse(reply, 'invalid_grant', 'No device information provided.')
  }
  const email = form['username']?.trim().toLowerCase()
  const account = vault.accounts.find((one) => one.email === email)
  const keys = await account?.keys()
  if (
    account === undefined ||
    keys === undefined ||
    does.refuse === true ||
    !same(keys.passwordHash, form['password'] ?? '')
  ) {
    const message = 'Username or password is incorrect. Try again.'
    return refuse(reply, 'invalid_grant', message, 'invalid_username_or_password')
  }
  const needed = await secondStep(vault, reply, account, form, does)
  return needed ?? (await grant(vault, account, form['client_id'] ?? '', true))
}

/** A refusal while a second step is missing or wrong. */
async function secondStep(
  vault: Vault,
  reply: FastifyReply,
  account: Account,
  form: Form,
  does: Record<string, unknown>,
): Promise<unknown> {
  if (does.newDevice === true) return await newDevice(vault, reply, account, form)
  const twoStep = does.twoStep === 'email' ? 'email' : account.twoStep
  if (twoStep === 'none') return undefined
  const code = form['twoFactorToken']
  if (code === undefined || code === '') {
    const provider = String(PROVIDER[twoStep])
    const detail = twoStep === 'email' ? { Email: masked(account.email) } : null
    reply.code(400)
    return {
      error: 'invalid_grant',
      error_description: 'Two factor required.',
      TwoFactorProviders: [provider],
      TwoFactorProviders2: { [provider]: detail },
      MasterPasswordPolicy: { Object: 'masterPasswordPolicy' },
    }
  }
  const provider = Number(form['twoFactorProvider'])
  const fits = provider === PROVIDER[twoStep] && vault.codes.use(account, provider, code)
  return fits ? undefined : refuse(reply, 'invalid_grant', 'Two-step token is invalid. Try again.')
}

async function newDevice(vault: Vault, reply: FastifyReply, account: Account, form: Form) {
  const code = form['newDeviceOtp']
  if (code !== undefined && vault.codes.use(account, PROVIDER.email, code)) return undefined
  if (code !== undefined) return refuse(reply, 'invalid_grant', 'Invalid New Device OTP')
  // Whoever comes back with the code asks without it first: the one they were sent stays good.
  if (!vault.codes.waits(account)) await sendCode(vault, account)
  return refuse(reply, 'device_error', 'new device verification required')
}

/** A code by mail, into the sandbox's mailbox. */
export async function sendCode(vault: Vault, account: Account): Promise<void> {
  const code = vault.codes.newEmailCode(account)
  await vault.sendMail(account.email, 'Your Bitwarden code', `Your verification code is: ${code}`)
}

async function byApiKey(
  vault: Vault,
  reply: FastifyReply,
  form: Form,
  does: Record<string, unknown>,
): Promise<unknown> {
  const account = vault.accounts.find((one) => one.clientId === form['client_id'])
  if (
    account === undefined ||
    does.refuse === true ||
    !same(account.clientSecret, form['client_secret'] ?? '')
  ) {
    return refuse(reply, 'invalid_client')
  }
  // An API key stands for both steps, and gets no refresh token: the client signs in again.
  return await grant(vault, account, account.clientId, false)
}

async function byRefreshToken(vault: Vault, reply: FastifyReply, form: Form): Promise<unknown> {
  const id = vault.tokens.accountIdOfRefresh(form['refresh_token'] ?? '')
  const account = vault.accounts.find((one) => one.id === id)
  if (account === undefined) return refuse(reply, 'invalid_grant')
  return await grant(vault, account, form['client_id'] ?? '', true)
}

async function grant(vault: Vault, account: Account, clientId: string, refreshable: boolean) {
  const { token, seconds } = vault.tokens.access(account, clientId)
  return {
    access_token: token,
    expires_in: seconds,
    token_type: 'Bearer',
    ...(refreshable ? { refresh_token: vault.tokens.refresh(account) } : {}),
    scope: refreshable ? 'api offline_access' : 'api',
    ...identityAnswer(account, await account.keys()),
  }
}

function refuse(reply: FastifyReply, error: string, message?: string, description?: string) {
  reply.code(400)
  return {
    error,
    ...(description === undefined ? {} : { error_description: description }),
    ...(message === undefined ? {} : { ErrorModel: { Message: message, Object: 'error' } }),
  }
}

/** `ma**@vault.example`, as the real server shows where a code went. */
function masked(email: string): string {
  return email.replace(/^(.{2})[^@]*/, '$1***')
}

function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
