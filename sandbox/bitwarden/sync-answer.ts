import type { Account, AccountKeys, Item } from './account.ts'
import { accountKeys, masterPasswordUnlock } from './decryption-options.ts'
import { encString, type SymmetricKey } from './key-derivation.ts'

/** Numbers of the protocol. */
const LOGIN = 1
const HIDDEN_FIELD = 1

/** The whole vault as `GET /sync` gives it: names and values are ciphertexts of the user key. */
export async function syncAnswer(account: Account, options: { corrupt: boolean }) {
  const keys = await account.keys()
  const ciphers = account.items.map((item) => cipherOf(item, keys.userKey, account.revision))
  const [first] = ciphers
  if (options.corrupt && first !== undefined) first.name = broken(first.name)
  return {
    object: 'sync',
    profile: profileOf(account, keys),
    folders: [],
    collections: [],
    ciphers,
    domains: { equivalentDomains: [], globalEquivalentDomains: [], object: 'domains' },
    policies: [],
    sends: [],
    userDecryption: { masterPasswordUnlock: masterPasswordUnlock(account, keys) },
  }
}

export function profileOf(account: Account, keys: AccountKeys) {
  return {
    id: account.id,
    name: account.name,
    email: account.email,
    emailVerified: true,
    premium: true,
    premiumFromOrganization: false,
    culture: 'en-US',
    twoFactorEnabled: account.twoStep !== 'none',
    key: keys.wrappedUserKey,
    privateKey: keys.wrappedPrivateKey,
    accountKeys: accountKeys(keys),
    securityStamp: account.securityStamp,
    forcePasswordReset: false,
    usesKeyConnector: false,
    verifyDevices: true,
    creationDate: account.revision.toISOString(),
    organizations: [],
    providers: [],
    providerOrganizations: [],
    object: 'profile',
  }
}

function cipherOf(item: Item, key: SymmetricKey, revision: Date) {
  const sealed = (text: string | undefined) => (text === undefined ? null : encString(key, text))
  const date = revision.toISOString()
  return {
    id: item.id,
    organizationId: null,
    folderId: null,
    type: LOGIN,
    name: encString(key, item.name),
    notes: sealed(item.notes),
    favorite: false,
    edit: true,
    viewPassword: true,
    organizationUseTotp: false,
    reprompt: 0,
    key: null,
    login: {
      username: sealed(item.username),
      password: sealed(item.password),
      totp: sealed(item.totp),
      uris: null,
      passwordRevisionDate: null,
      autofillOnPageLoad: null,
      fido2Credentials: null,
    },
    fields: Object.entries(item.fields ?? {}).map(([name, value]) => ({
      type: HIDDEN_FIELD,
      name: encString(key, name),
      value: encString(key, value),
      linkedId: null,
    })),
    attachments: null,
    passwordHistory: null,
    collectionIds: [],
    creationDate: date,
    revisionDate: date,
    deletedDate: null,
    archivedDate: null,
    object: 'cipherDetails',
  }
}

/** A ciphertext whose MAC does not fit any more. */
function broken(text: string): string {
  const [iv, body = '', mac] = text.split('|')
  const bytes = Buffer.from(body, 'base64')
  bytes[0] = (bytes[0] ?? 0) ^ 1
  return [iv, bytes.toString('base64'), mac].join('|')
}
