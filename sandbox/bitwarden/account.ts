import { generateKeyPair, randomBytes, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import {
  encString,
  masterKey,
  masterPasswordHash,
  type SymmetricKey,
  stretch,
} from './key-derivation.ts'

export type TwoStep = 'none' | 'totp' | 'email'

/** An item as people write it down; it leaves the server encrypted only. */
export type Item = {
  id: string
  name: string
  username?: string
  password?: string
  totp?: string
  notes?: string
  fields?: Record<string, string>
}

export type AccountData = {
  email: string
  name: string
  password: string
  iterations: number
  clientId: string
  clientSecret: string
  twoStep: TwoStep
  /** Base32, when `twoStep` is `totp`. */
  totpSecret?: string
  items: Item[]
}

/** What the server keeps of an account's keys: none of them opens anything without the master password. */
export type AccountKeys = {
  passwordHash: string
  /** The user key, wrapped with the stretched master key. */
  wrappedUserKey: string
  publicKey: string
  wrappedPrivateKey: string
  /** Held here because the sandbox plays the other clients too: it encrypts the items. */
  userKey: SymmetricKey
}

export type Account = AccountData & {
  id: string
  securityStamp: string
  revision: Date
  keys(): Promise<AccountKeys>
}

const FILE = new URL('./accounts.json', import.meta.url)

export async function loadAccounts(now: Date): Promise<Account[]> {
  const { accounts }: { accounts: AccountData[] } = JSON.parse(await readFile(FILE, 'utf8'))
  return accounts.map((data) => openAccount(data, now))
}

/** Keys are made at the first sign-in: a sandbox that nobody asks for a vault costs nothing. */
function openAccount(data: AccountData, now: Date): Account {
  let keys: Promise<AccountKeys> | undefined
  return {
    ...data,
    // The id of the API key is that of the user.
    id: data.clientId.replace(/^user\./, ''),
    securityStamp: randomUUID(),
    revision: now,
    keys() {
      keys ??= makeKeys(data)
      return keys
    },
  }
}

async function makeKeys({ password, email, iterations }: AccountData): Promise<AccountKeys> {
  const master = await masterKey(password, email, iterations)
  const userKey = randomBytes(64)
  const pair = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  })
  return {
    passwordHash: await masterPasswordHash(master, password),
    wrappedUserKey: encString(stretch(master), userKey),
    publicKey: pair.publicKey.toString('base64'),
    wrappedPrivateKey: encString(userKey, pair.privateKey),
    userKey,
  }
}
