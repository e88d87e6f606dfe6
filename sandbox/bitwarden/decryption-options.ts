import type { Account, AccountKeys } from './account.ts'

/** The number of PBKDF2 in the protocol. */
const PBKDF2 = 0

/** How to get from the master password to the user key: sent with a token and with every sync. */
export function masterPasswordUnlock(account: Account, keys: AccountKeys) {
  return {
    Kdf: { KdfType: PBKDF2, Iterations: account.iterations, Memory: null, Parallelism: null },
    MasterKeyEncryptedUserKey: keys.wrappedUserKey,
    Salt: account.email,
  }
}

/** The account's key pair; the client reads these names exactly as they are written here. */
export function accountKeys(keys: AccountKeys) {
  return {
    publicKeyEncryptionKeyPair: {
      publicKey: keys.publicKey,
      wrappedPrivateKey: keys.wrappedPrivateKey,
      signedPublicKey: null,
    },
    signatureKeyPair: null,
    securityState: null,
  }
}

/** The answer to a good sign-in, but for the tokens. */
export function identityAnswer(account: Account, keys: AccountKeys) {
  return {
    PrivateKey: keys.wrappedPrivateKey,
    AccountKeys: accountKeys(keys),
    Key: keys.wrappedUserKey,
    MasterPasswordPolicy: { Object: 'masterPasswordPolicy' },
    ForcePasswordReset: false,
    ResetMasterPassword: false,
    Kdf: PBKDF2,
    KdfIterations: account.iterations,
    KdfMemory: null,
    KdfParallelism: null,
    ApiUseKeyConnector: false,
    UserDecryptionOptions: {
      HasMasterPassword: true,
      MasterPasswordUnlock: masterPasswordUnlock(account, keys),
      Object: 'userDecryptionOptions',
    },
  }
}
