import { parseEnv } from 'node:util'
import { fingerprint, isDevelopmentKey, parseKeys } from '../../keys/index.ts'
import { sanitize } from '../../log/index.ts'
import { defineCheck, fail, pass, type StaticCheck, skip } from '../define-check.ts'
import { judge } from '../evidence.ts'

/** Tests and stand-ins hold made-up credentials on purpose. */
const MADE_UP =
  /(^|\/)(test|test-data|tests|fixtures|bench|sandbox)\/|\.test\.ts$|testing\.ts$|package-lock\.json$/
/** What a person has looked at says so on its line, or on the one before. */
const LOOKED_AT = /not a secret/i
const TEXT =
  /\.(ts|tsx|js|mjs|json|ya?ml|toml|conf|cfg|ini|env|sh|sql|md|html|css|txt|Dockerfile)$|(^|\/)[^./]+$|(^|\/)\.[^/]+$/
const MASK = '[secret]'

/** The parts of a line that the sanitizer masked. */
function maskedParts(line: string): string[] {
  const clean = sanitize(line)
  if (clean === line) return []
  const parts: string[] = []
  let at = 0
  const between = clean.split(MASK)
  for (const [index, piece] of between.entries()) {
    const found = line.indexOf(piece, at)
    if (found < 0) return [line]
    if (index > 0 && found > at) parts.push(line.slice(at, found))
    at = found + piece.length
    if (index === between.length - 1 && piece === '') parts.push(line.slice(found))
  }
  return parts
}

/** In source code much is called `token`: only what no person would type by hand is a secret. */
function looksRandom(text: string): boolean {
  const value = /[A-Za-z0-9+/_.=-]{16,}/.exec(text)?.[0] ?? ''
  if (!/[a-z]/i.test(value) || !/\d/.test(value) || /^[a-z]+([-_.][a-z]+)*$/i.test(value))
    return false
  const counts = new Map<string, number>()
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values())
    bits -= (count / value.length) * Math.log2(count / value.length)
  return bits >= 3.6
}

const committed = defineCheck<StaticCheck>({
  id: 'secrets.committed',
  phase: 'static',
  severity: 'critical',
  title: { en: 'No secret stands in a file', ja: 'ファイルに秘密が書かれていない' },
  why: {
    en: 'A secret in a repository is known to everyone who ever reads it, for ever.',
    ja: 'リポジトリに入った秘密は、読める全員に永久に知られます。',
  },
  mend: {
    en: 'Replace the secret at its issuer, then remove it from the file; read it from a secret file (NAME_FILE). A made-up value is marked by the words “not a secret”.',
    ja: '発行元で秘密を交換し、ファイルから取り除きます。値は秘密ファイル（NAME_FILE）から読み込みます。架空の値には「not a secret」と書き添えます。',
  },
  minutes: 60,
  seeds: ['001 APIキーが平文で保存されている', '004 環境変数管理'],
  async run({ files }) {
    const places: { file: string; line: number }[] = []
    for (const path of files.paths) {
      if (MADE_UP.test(path) || !TEXT.test(path) || path === '.env.development') continue
      const text = await files.read(path)
      if (text === undefined || text.includes('\0')) continue
      const lines = text.split('\n')
      for (const [index, line] of lines.entries()) {
        if (LOOKED_AT.test(`${lines[index - 1]} ${line}`)) continue
        const key = /^-----BEGIN [A-Z ]*PRIVATE KEY-----$/.test(line.trim())
        if (key || maskedParts(line).some(looksRandom)) places.push({ file: path, line: index + 1 })
      }
    }
    return judge(
      places.map(({ file, line }) => `${file}:${line}`),
      { en: 'Suspicious lines:', ja: '疑わしい行:' },
      {
        en: `None in ${files.paths.length} files.`,
        ja: `${files.paths.length} ファイル中になし。`,
      },
      places[0],
    )
  },
})

const developmentKeys = defineCheck<StaticCheck>({
  id: 'secrets.development-keys',
  phase: 'static',
  severity: 'critical',
  title: {
    en: 'The committed development keys are ones that production refuses',
    ja: 'コミットされた開発用の鍵は、本番で拒否されるものである',
  },
  why: {
    en: 'Public keys that production would accept will be used there one day.',
    ja: '本番で使えてしまう公開鍵は、いつか本番で使われます。',
  },
  mend: {
    en: 'Add the SHA-256 of the keys in .env.development to the refused fingerprints (platform/src/keys).',
    ja: '.env.development の鍵の SHA-256 を、拒否する指紋の一覧（platform/src/keys）に加えます。',
  },
  minutes: 10,
  seeds: ['004 セキュリティ設定: JWT秘密鍵の生成と設定'],
  async run({ files }) {
    const text = await files.read('.env.development')
    if (text === undefined)
      return skip('There is no .env.development.', '.env.development がありません。')
    const { AUTH_SECRET = '', ENCRYPTION_KEYS = '' } = parseEnv(text)
    const rings = ENCRYPTION_KEYS === '' ? [] : parseKeys(ENCRYPTION_KEYS).map(({ key }) => key)
    const accepted = [AUTH_SECRET, ...rings].filter((key) => !isDevelopmentKey(fingerprint(key)))
    if (accepted.length === 0)
      return pass('All are refused by fingerprint.', 'すべて指紋で拒否されます。')
    const evidence = {
      en: `${accepted.length} of its keys would be accepted by production.`,
      ja: `${accepted.length} 個の鍵が本番で受け付けられます。`,
    }
    return fail(evidence, { file: '.env.development' })
  },
})

export const secretChecks: readonly StaticCheck[] = [committed, developmentKeys]
