/**
 * What the name beside a value says of the value. Names are split into words, so that `dbPassword`, `DB_PASSWORD`,
 * `db-password` and `db password` are one name.
 */
export const NONE = 0
/** Passwords, one-time codes, PINs: masked whatever the value is, numbers too. */
export const HARD = 1
/** Tokens, secrets, sessions, private keys: masked unless the value is plainly an ordinary word or a count. */
export const SOFT = 2
/** `key`, `access`, `api`, `auth` …: masked only when the value looks random. */
export const WEAK = 3
/** `Authorization` and `Cookie` headers: the value runs to the end of the header. */
export const HEADER = 4
/** `code`, `sig` and the like: a secret only as a parameter of a URL or form. */
export const PARAMETER = 6
/** PIN and card verification codes: masked when the value is three to eight digits. */
export const DIGITS = 7
/** The number of a cloud account: twelve digits. */
export const ACCOUNT = 8

/** Japanese My Number: twelve digits with their check digit. */
export const MY_NUMBER = 5

export type KeyKind = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8

const set = (words: string) => new Set(words.trim().split(/\s+/))

const HARD_WORDS =
  set(`password passwords passwd passphrase passcode passwort pwd pswd passwds otp totp hotp onetimecode
  mnemonic`)
const SOFT_WORDS =
  set(`secret secrets token tokens jwt credential credentials cred creds apikey apikeys
  apitoken authtoken sessionid sessid phpsessid jsessionid bearer htpasswd secretkey privatekey accesskey`)
const HEADER_WORDS = set('authorization cookie cookies')
/** Glued spellings: `dbpassword`, `accesstoken`, `clientsecret`. */
const GLUED =
  /(?:password|passwd|passphrase|passcode|pwd|storepass|keypass|dbpass|userpass|rootpass|sshpass|requirepass|masterauth|bindpw)\d*$/
const GLUED_SOFT = /(?:secret|token|apikey|secretkey|privatekey|accesskey|sessionid|sessid)\d*$/

/** The owner before `key` that makes it a secret. */
const KEY_OWNERS =
  set(`api access private secret signing sign encryption encrypt decryption cipher crypto master root
  account storage shared service webhook admin deploy ssh hmac aes rsa ecdsa ed25519 consumer subscription license licence
  registration auth session app application client server user tls ssl pgp gpg jwt kek dek salt ocp instrumentation
  recovery wrapping seal unseal`)
const CODE_OWNERS =
  set(`otp totp mfa 2fa verification verify auth authorization authentication security recovery backup
  access sms login invite invitation reset pass passwd confirmation device user factor onetime time pairing redemption
  unlock activation setup`)
/** What follows a secret's name and makes the whole a fact about it, not the secret. */
const NEUTRAL_AFTER =
  set(`id ids name names type types count counts length len size sizes limit limits expiry expires
  expire expiration expired at in ttl age url uri urls endpoint path paths file files filename dir directory folder version
  versions status state enabled disabled required valid invalid validity policy policies strength field fields label alg
  algorithm reset mode scope scopes usage used use uses error errors reason event events method provider source store
  storage manager index position kind prefix attempts budget budgets rate rates second minute hour total remaining min max
  avg ms duration date time times days day format present set ok fingerprint domain secure timeout issuer audience
  created updated changed rotated rotation rotate issue issued issuance refreshed lifetime window quota price cost costs
  estimate per ref arn generator service validator parser reader provider factory handler class variable placeholder hint
  help message text title description consent settings banner notice request requests review email mail page form link
  exists missing matches match changes change history list type location accessor iterator number numbers numbered row
  column table view request_id sent flow grant grants bucket source schema suffix step steps check checks rule rules
  stdin prompt env cmd fd rules configured provided strategy backend driver engine ui screen button`)
const NEUTRAL_BEFORE = set(
  'public pub has is no missing invalid expired unexpected without need needs requires',
)
const COUNT_BEFORE =
  set(`max min num number total input output prompt completion cached cache reasoning used remaining per
  count avg average billed embedding context estimated new all audio text image thinking accepted rejected`)
const KEY_NEUTRAL_BEFORE =
  set(`public pub primary foreign cache partition sort hash range routing object bucket row record
  index idx translation message i18n react natural schema sequence hot composite unique lookup map dict json config
  idempotency dedupe dedup dedup group search column field sorting s3 file blob storage_object registry arrow hotkey
  issuer turkey monkey ssm shift ctrl escape enter delete parameter property event metric tag label trace state query sub
  candidate surrogate socket`)
const WEAK_WORDS = set('key keys access api auth creds license licence sid signature')
const WEAK_NEUTRAL_AFTER =
  set(`alias board code frame frames id ids length mesh name names pair press pressed ring selector
  signature signatures size stone storetype word words up down left right vault file files path url uri version type
  types usage use field fields event events index count prefix date time hash iterator accessor ibility or control
  level levels log logs mode point list group path policy gateway server client latency status error errors calls call
  requests method route docs doc key tier plan endpoint host port base location region origin`)

const NATIVE_SECRET =
  /(?:パスワード|パスフレーズ|パスコード|暗証番号|秘密鍵|秘密キー|シークレット|トークン|(?:API|ＡＰＩ|api|アクセス|認証|暗号化?|署名|共通|復号|ライセンス)(?:キー|鍵)|(?:認証|確認|検証|復旧|リカバリー?|バックアップ|ワンタイム|セキュリティ|二段階認証|二要素認証)(?:コード|番号)|合言葉|資格情報|認証情報|クレデンシャル|クッキー|セッション(?:ID|ＩＤ|キー)?)(?:[（(]?(?:確認用?|再入力|新|旧|現在)[）)]?|値|文字列|は|が|\d+)?$/
const NATIVE_MY_NUMBER = /(?:マイナンバー|個人番号|マイナンバーカード番号)(?:は)?$/
const MY_NUMBER_NAME = /^(?:my_?number|individual_?number|kojin_?bango|jp_?my_?number)$/

const known = new Map<string, KeyKind>()

/**
 * What a value under this name is.
 *
 * @example keyKind('dbPassword') === HARD; keyKind('inputTokens') === NONE
 */
export function keyKind(name: string): KeyKind {
  const cached = known.get(name)
  if (cached !== undefined) return cached
  const kind = name.length > 120 ? classify(name.slice(-120)) : classify(name)
  // Bounded: names come from users' data too.
  if (known.size >= 4000) known.clear()
  known.set(name, kind)
  return kind
}

const WORD = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g

function classify(name: string): KeyKind {
  if (/[^\x20-\x7e]/.test(name)) return classifyNative(name)
  const words = (name.match(WORD) ?? []).map((word) => word.toLowerCase())
  if (words.length === 0) return NONE
  if (MY_NUMBER_NAME.test(words.join('_'))) return MY_NUMBER
  if (words.join('') === 'samlresponse') return PARAMETER
  if (words.includes('aws') && words.includes('account')) return ACCOUNT
  if (words.includes('vault') && words.includes('key')) return NONE
  let weak: KeyKind = NONE
  for (let at = 0; at < words.length; at++) {
    const kind = kindOfWord(words, at)
    if (kind !== NONE && kind !== WEAK && kind !== PARAMETER) return kind
    if (kind !== NONE && weak === NONE) weak = kind
  }
  return weak
}

function kindOfWord(words: string[], at: number): KeyKind {
  const word = words[at] ?? ''
  const before = words[at - 1] ?? ''
  const after = words.slice(at + 1)
  if (word === 'jsonwebtoken') return NONE
  if (HARD_WORDS.has(word) || GLUED.test(word)) return isNeutral(before, after) ? NONE : HARD
  if (SOFT_WORDS.has(word) || GLUED_SOFT.test(word)) return softWord(word, before, after)
  if (HEADER_WORDS.has(word)) return headerWord(before, after)
  if (word === 'session' || word === 'sess') return sessionWord(after)
  if (word === 'pass' || word === 'pw') return passWord(before, after, words.length)
  if (word === 'key' || word === 'keys') return keyWord(before, after)
  if (word === 'code' || word === 'codes') return codeWord(before, after, words.length)
  if (word === 'phrase' && (before === 'seed' || before === 'recovery' || before === 'pass'))
    return HARD
  if (word === 'word' && before === 'pass') return isNeutral('', after) ? NONE : HARD
  return otherWord(word, before, after)
}

function otherWord(word: string, before: string, after: string[]): KeyKind {
  if (word === 'pin' && after[0] === 'code') return DIGITS
  if ((word === 'pin' || word === 'cvv' || word === 'cvc' || word === 'csc') && plainTail(after))
    return DIGITS
  if ((word === 'sig' || word === 'signature') && after.length === 0) {
    return before === 'amz' || before === 'goog' ? SOFT : PARAMETER
  }
  if ((word === 'samlresponse' || word === 'ticket') && after.length === 0) return PARAMETER
  if (word === 'sid' && after.length === 0) return before === 'connect' ? SOFT : PARAMETER
  if (word === 'auth' && after.length === 0) return WEAK
  if (!WEAK_WORDS.has(word) && !/(?:key|creds|auth)$/.test(word)) return NONE
  if (/^(?:author|monkey|turkey|hotkey|donkey|hockey|jockey)/.test(word)) return NONE
  return NEUTRAL_BEFORE.has(before) || after.some((next) => WEAK_NEUTRAL_AFTER.has(next))
    ? NONE
    : WEAK
}

/** Nothing follows but a number or a word such as `value`. */
function plainTail(after: string[]): boolean {
  return after.every((word) => /^\d+$/.test(word) || PLAIN_TAIL.has(word))
}
const PLAIN_TAIL = set(
  'value raw string data plain text plaintext base64 hex pem b64 v header hash',
)

function isNeutral(before: string, after: string[]): boolean {
  if (NEUTRAL_BEFORE.has(before)) return true
  const last = after.at(-1)
  return last !== undefined && NEUTRAL_AFTER.has(last)
}

function softWord(word: string, before: string, after: string[]): KeyKind {
  if (isNeutral(before, after)) return NONE
  if (COUNT_BEFORE.has(before) && word.endsWith('tokens')) return NONE
  return after.some((next) => next === 'per' || next === 'count') ? NONE : SOFT
}

function headerWord(before: string, after: string[]): KeyKind {
  if (NEUTRAL_BEFORE.has(before)) return NONE
  return plainTail(after) ? HEADER : NONE
}

function sessionWord(after: string[]): KeyKind {
  const next = after[0]
  if (next === undefined) return SOFT
  if (after.length > 1 && NEUTRAL_AFTER.has(after.at(-1) ?? '')) return NONE
  return SESSION_TAIL.has(next) ? SOFT : NONE
}
const SESSION_TAIL = set('id ids token key cookie secret hash value sid')

function passWord(before: string, after: string[], length: number): KeyKind {
  if (!plainTail(after)) return NONE
  if (length === 1 + after.length) return SOFT
  return PASS_OWNERS.has(before) ? HARD : NONE
}
const PASS_OWNERS =
  set(`db database user usr root admin smtp ftp sftp redis mysql pg pgsql postgres mail imap my login auth ssh
  proxy http https basic key wifi sudo es elastic mongo rabbitmq amqp mq ldap bind store keystore account rds sql api new
  old current default master vnc rdp svc service server app`)

function keyWord(before: string, after: string[]): KeyKind {
  if (KEY_NEUTRAL_BEFORE.has(before) || NEUTRAL_BEFORE.has(before)) return NONE
  if (after.length > 0 && !plainTail(after)) {
    return after.some((word) => WEAK_NEUTRAL_AFTER.has(word)) ? NONE : WEAK
  }
  return KEY_OWNERS.has(before) ? SOFT : WEAK
}

function codeWord(before: string, after: string[], length: number): KeyKind {
  if (!plainTail(after)) return NONE
  if (length === 1) return PARAMETER
  return CODE_OWNERS.has(before) ? HARD : NONE
}

function classifyNative(name: string): KeyKind {
  // Half-width kana and full-width letters are the same names.
  const trimmed = name.normalize('NFKC').trim()
  if (NATIVE_MY_NUMBER.test(trimmed)) return MY_NUMBER
  if (!NATIVE_SECRET.test(trimmed)) return NONE
  return /パスワード|パスフレーズ|パスコード|暗証番号|コード|番号/.test(trimmed) ? HARD : SOFT
}
