import { transact } from '../data/index.ts'
import type { AuthContext } from './context.ts'
import { authErrors } from './errors.ts'
import { completeSignIn, type SignedIn } from './sign-in.ts'
import type { Locale } from './tables.ts'
import type { RequestMeta } from './types.ts'
import { adminExists, insertUser, lockAdmins, prepareUser, voidSetupLinks } from './users.ts'
import { claimVerification, isOpenVerification, issueVerification } from './verifications.ts'

export type Setup = {
  /** True while there is no administrator. */
  pending(): Promise<boolean>
  /** A new one-time token; an older one stops working. */
  createToken(): Promise<string>
  isValid(token: string): Promise<boolean>
  complete(input: SetupInput, meta: RequestMeta): Promise<SignedIn>
}

export type SetupInput = {
  token: string
  email: string
  name: string
  password: string
  locale?: Locale | undefined
}

/** The way in before anybody exists: whoever reads the terminal makes the first administrator. */
export function createSetup(context: AuthContext): Setup {
  // Once there is an administrator there always is: the last one cannot be removed.
  let done = false
  const pending = async (): Promise<boolean> => {
    if (!done) done = await adminExists(context.db)
    return !done
  }
  return {
    pending,
    createToken: () =>
      transact(context.db, async (tx) => {
        await lockAdmins(tx)
        await voidSetupLinks(context, tx)
        return await issueVerification(context, tx, 'setup', null, null)
      }),
    isValid: async (token) =>
      (await pending()) && (await isOpenVerification(context, 'setup', token)),
    complete: (input, meta) => completeSetup(context, input, meta),
  }
}

async function completeSetup(
  context: AuthContext,
  input: SetupInput,
  meta: RequestMeta,
): Promise<SignedIn> {
  // The token first: without it nobody learns what passwords are accepted, nor makes the server hash.
  if (!(await isOpenVerification(context, 'setup', input.token))) {
    throw authErrors.AUTH_SETUP_TOKEN_INVALID()
  }
  const { token, ...person } = input
  // The link came from this system's own terminal: whoever holds it needs no mail to be believed.
  const prepared = await prepareUser(context, { ...person, roles: ['admin'], verified: true })
  const user = await transact(context.db, async (tx) => {
    await lockAdmins(tx)
    const claimed = await claimVerification(context, tx, 'setup', token)
    if (claimed === undefined || (await adminExists(tx))) {
      throw authErrors.AUTH_SETUP_TOKEN_INVALID()
    }
    return await insertUser(context, tx, prepared, undefined)
  })
  const provedAt = new Date(context.clock())
  return await completeSignIn(context, user, meta, { method: 'setup', provedAt })
}
