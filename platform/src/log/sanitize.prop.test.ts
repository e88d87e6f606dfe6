import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { registerSecret, sanitize, sanitizeLine, sanitizeValue } from './index.ts'
import { sample } from './test-data/samples.ts'

/** Pieces of what the rules look for, so that random texts hit them in odd orders. */
const PIECES = [
  ...[
    'password',
    'token',
    'secret',
    'api_key',
    'Authorization',
    'cookie',
    'session_id',
    'otp',
    'code',
    'key',
    'pin',
  ],
  ...[
    'パスワード',
    '暗証番号',
    'マイナンバー',
    'my_number',
    '\\u30d1\\u30b9',
    'datadog',
    'kty',
    'data:\n',
    'kind: Secret\n',
  ],
  ...[
    ':',
    '=',
    '=>',
    ' ',
    ': ',
    ',',
    ';',
    '&',
    '?',
    '#',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '<',
    '>',
    '</',
    '|',
    '：',
    'は',
  ],
  ...[
    '"',
    "'",
    '`',
    '\\',
    '\\"',
    '\\\\\\"',
    '\\n',
    '\\u0022',
    '%22',
    '&quot;',
    '「',
    '」',
    '\n',
    '\r\n',
    '\t',
  ],
  ...[
    'hunter2',
    '12345678',
    'Bearer ',
    'Basic ',
    'true',
    'null',
    '42',
    '[secret]',
    '--',
    ' -p ',
    ' -u ',
    'curl',
    'mysql',
  ],
  ...[
    '://',
    'ann:pw@h',
    '-----BEGIN RSA PRIVATE KEY-----',
    '-----END RSA PRIVATE KEY-----',
    '4111111111111111',
  ],
  ...[
    '123456789018',
    'eyJ',
    '.eyJ',
    'sk-',
    'AKIA',
    'xoxb-',
    'value',
    '"d":"',
    'iVBORw0KGgo',
    'data:image/png;base64,',
  ],
]
const SECRETS = ['aws', 'github', 'jwt', 'stripe', 'minatoKey', 'slackBot', 'b64long', 'mixed'].map(
  sample,
)
const NAMES = [
  'password',
  'dbPassword',
  'token',
  'api_key',
  'secret',
  'cookie',
  'session_id',
  'otp',
  'key',
  'name',
  'count',
  'パスワード',
  'datadog_key',
]
const MARKS: [string, string][] = [
  ['=', ''],
  [': ', ''],
  ['="', '"'],
  ["='", "'"],
  [' = ', ';'],
  ['":"', '",'],
  ['\\":\\"', '\\"'],
  ['>', '</a>'],
  ['：', ''],
]
const VALUES = [
  'hunter2-Zx9',
  '482193',
  'true',
  'expired',
  '$DB_PASSWORD',
  '[secret]',
  'a,b',
  'process.env.X',
]
const piece = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...PIECES) },
  { weight: 1, arbitrary: fc.constantFrom(...SECRETS) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
)
const text = fc.array(piece, { maxLength: 24, size: 'max' }).map((pieces) => pieces.join(''))
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    text.map((inner) => JSON.stringify({ inner, password: inner })),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...PIECES), fc.string()), tie('value'), { maxKeys: 5 }),
  ),
})).value

const runs = { numRuns: 1500 }

test('it never throws and keeps the number of lines', () => {
  fc.assert(
    fc.property(text, (line) => {
      const ends = (value: string) => value.split('\n').length
      // A secret may itself span lines (a key in PEM); lines without one keep their count.
      if (line.includes('-----BEGIN') || line.includes('\n')) sanitize(line)
      else assert.equal(ends(sanitize(line)), ends(line))
    }),
    runs,
  )
})

/** Lines as programs write them: fields, headers, URLs and prose with blanks between them. */
const part = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(...NAMES),
      fc.constantFrom(...MARKS),
      fc.constantFrom(...VALUES, ...SECRETS),
    )
    .map(([name, [before, after], value]) => `${name}${before}${value}${after}`),
  fc.constantFrom(
    ...SECRETS,
    ...VALUES,
    'GET /a?token=abc12345&x=1',
    'postgres://ann:hunter2@db/shop',
    'card 4111111111111111',
  ),
  fc.constantFrom(
    'password reset page opened',
    'Authorization: Bearer abc123def456',
    'マイナンバー 123456789018',
    '--password hunter2',
  ),
)
const line = fc
  .array(part, { minLength: 1, maxLength: 8, size: 'max' })
  .map((parts) => parts.join(' '))

test('twice is the same as once', () => {
  fc.assert(
    fc.property(line, fc.boolean(), (plain, inJson) => {
      const once = sanitizeLine(
        inJson ? JSON.stringify({ note: plain, inner: JSON.stringify({ plain }) }) : plain,
      )
      assert.equal(sanitizeLine(once), once)
    }),
    runs,
  )
})

test('each secret in a line of several is masked, whatever stands around it', () => {
  const field = fc.tuple(
    fc.constantFrom('password', 'dbPassword', 'token', 'api_key', 'secret'),
    fc.constantFrom(...MARKS),
  )
  const fields = fc.array(
    fc.tuple(
      field,
      fc.constantFrom('user="ann"', 'n=1', "it's", 'at 10:00,', '{"a":1}', '-u', 'x'),
    ),
    { minLength: 1, maxLength: 6, size: 'max' },
  )
  fc.assert(
    fc.property(fields, fc.boolean(), (list, inJson) => {
      const secrets = list.map((_one, index) => `s3creT-${index}xQ9`)
      const plain = list
        .map(
          ([[name, [before, after]], other], index) =>
            `${other} ${name}${before}${secrets[index]}${after}`,
        )
        .join(' ')
      const out = sanitizeLine(inJson ? JSON.stringify({ note: plain }) : plain)
      for (const secret of secrets) assert.ok(!out.includes(secret), `${plain}\n${out}`)
    }),
    runs,
  )
})

test('JSON stays JSON of the same shape', () => {
  fc.assert(
    fc.property(json, (value) => {
      const line = JSON.stringify({ event: 'x', value })
      const out = JSON.parse(sanitizeLine(line))
      assert.deepEqual(shape(out), shape(JSON.parse(line)))
    }),
    runs,
  )
})

/** Where objects and arrays are, without the names of fields, which may be masked, and without scalars. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shape)
  if (typeof value === 'object' && value !== null) return Object.values(value).map(shape).length
  return 'scalar'
}

test('a value under the name of a password never comes out', () => {
  const secret = fc
    .string({ unit: 'grapheme', minLength: 8, maxLength: 40 })
    .filter(
      (value) =>
        /[a-z]{3}/i.test(value) &&
        !/\[secret\]|redacted|masked|filtered|hidden|removed|omitted|scrubbed/i.test(value),
    )
  fc.assert(
    fc.property(secret, (value) => {
      const inner = JSON.stringify({ password: value })
      for (const line of [
        inner,
        JSON.stringify({ body: inner }),
        JSON.stringify({ b: JSON.stringify({ body: inner }) }),
      ]) {
        assert.ok(!sanitizeLine(line).includes(JSON.stringify(value).slice(1, -1)), line)
      }
      assert.equal(
        (sanitizeValue({ password: value }) as { password: string }).password,
        '[secret]',
      )
    }),
    runs,
  )
})

test('a registered value never comes out, in any spelling', () => {
  const secret = fc
    .string({ minLength: 6, maxLength: 30 })
    .filter((value) => value.trim().length >= 6 && !'[secret]'.includes(value))
  fc.assert(
    fc.property(secret, text, text, (value, before, after) => {
      const forget = registerSecret(value)
      try {
        const line = JSON.stringify({ note: `${before}${value}${after}` })
        assert.ok(!sanitizeLine(line).includes(JSON.stringify(value).slice(1, -1)), line)
        assert.ok(!sanitize(`text ${before} ${value} ${after}`).includes(value))
      } finally {
        forget()
      }
    }),
    runs,
  )
})

test('any value can be copied, and the copy can be written', () => {
  fc.assert(
    fc.property(
      fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withTypedArray: true,
      }),
      (value) => {
        const copy = sanitizeValue(value)
        if (copy !== undefined) assert.equal(typeof JSON.stringify(copy), 'string')
      },
    ),
    runs,
  )
})
