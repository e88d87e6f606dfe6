import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogger, registerSecret, Secret, sanitize, sanitizeLine } from './index.ts'
import { sample } from './test-data/samples.ts'

/** Texts made to send rules astray: each piece again and again. */
const HOSTILE = [
  ...[
    'password=',
    'password="',
    "secret='",
    'token\\',
    'key=',
    'key="',
    'token=[',
    'パスワード：',
    'token ',
    'api key ',
  ],
  ...[
    '://a:',
    '://',
    'eyJ',
    'eyJhbGciOiJIUzI1.',
    '.ey',
    'a.ey',
    '-----BEGIN RSA PRIVATE KEY-----',
    'kind: secret\n',
  ],
  ...[
    'data:\n',
    'curl -u a:',
    'mysql -p ',
    'authorization: ',
    'cookie: ',
    'Basic ',
    'Bearer a',
    'sk-',
    'SK',
    'A',
    'a',
  ],
  ...[
    'datadog ',
    'datadog=',
    '1234567890123456|',
    '4111 ',
    '4',
    '%22',
    'password%3D',
    '<password>',
    'name="password"',
  ],
  ...[
    '\\u30d1\\u30b9',
    '"kty',
    '{"kty":',
    '"password":{',
    '[',
    '\\',
    '"',
    "'",
    '「',
    'password「',
    'iVBORw0KGgo',
    '/EAAA',
  ],
  ...[
    '@tcp(',
    "identified by '",
    'マイナンバー1',
    '123456789018',
    `${'a'.repeat(31)}-us`,
    '${',
    '<a>',
    '&quot;',
    'AKIA',
  ],
]

/** The least of several runs: the others only show what else the machine does. */
function cost(text: string): number {
  let least = Number.POSITIVE_INFINITY
  for (let n = 0; n < 3; n++) {
    const start = process.cpuUsage()
    sanitizeLine(text)
    const { user, system } = process.cpuUsage(start)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}

test('the work grows with the length of a hostile line, not with its square', () => {
  for (const piece of HOSTILE) {
    const of = (length: number) => piece.repeat(Math.ceil(length / piece.length))
    sanitizeLine(of(1000))
    // Four times the text: a square would be sixteen times. Under 20 ms there is nothing to compare; a busy machine
    // gets another chance.
    let measured = ''
    const linear = [1, 2, 3, 4].some(() => {
      const short = cost(of(10_000))
      const long = cost(of(40_000))
      measured = `${JSON.stringify(piece)}: ${short} ms, then ${long} ms`
      return long < 20 || long < short * 10
    })
    assert.ok(linear, measured)
  }
})

test('registered values are masked wherever they stand, and forgotten when told', () => {
  const value = 'kO9"x\\y&z=ü lang'
  const forget = registerSecret(value)
  const places = [
    `plain ${value} text`,
    JSON.stringify({ note: value }),
    JSON.stringify({ body: JSON.stringify({ note: value }) }),
    `https://h/x?v=${encodeURIComponent(value)}`,
    new URLSearchParams({ v: value }).toString(),
  ]
  for (const place of places) assert.match(sanitize(place), /\[secret\]/, place)
  forget()
  forget()
  assert.equal(sanitize(places[0] ?? ''), places[0])
})

test('a secret prints as [secret] however it is turned into text, and its value is masked', () => {
  const secret = new Secret('correct horse battery staple 7')
  assert.equal(`${secret}`, '[secret]')
  assert.equal(String(secret), '[secret]')
  assert.equal(JSON.stringify({ secret }), '{"secret":"[secret]"}')
  assert.equal(secret.reveal(), 'correct horse battery staple 7')
  assert.equal(sanitize('leaked: correct horse battery staple 7!'), 'leaked: [secret]!')
  const quiet = new Secret('one of thousands', { register: false })
  assert.equal(sanitize(`seen ${quiet.reveal()}`), 'seen one of thousands')
})

test('too short values are not registered: they would eat ordinary words', () => {
  registerSecret('admin')
  registerSecret('     ')
  assert.equal(sanitize('admin     page'), 'admin     page')
})

test('what an error, its cause and its stack carry is masked', () => {
  const lines: string[] = []
  const log = createLogger({ destination: { write: (line) => void lines.push(line) } })
  const key = sample('stripe')
  const cause = new Error(`refused key ${key}`)
  const error = Object.assign(new Error('connect postgres://ann:hunter2-Zx9@db/shop', { cause }), {
    config: { headers: { authorization: 'Bearer abcdef123456' } },
  })
  log.error('db.failed', { error, causes: new AggregateError([error], 'all failed') })
  log.error('db.failed', error)
  const out = lines.join('')
  for (const secret of [key, 'hunter2-Zx9', 'abcdef123456']) assert.ok(!out.includes(secret), out)
  assert.match(out, /connect postgres:\/\/ann:\[secret\]@db\/shop/)
})

test('fields that cannot be read or written do not stop the line', () => {
  const lines: string[] = []
  const log = createLogger({ destination: { write: (line) => void lines.push(line) } })
  const circle: Record<string, unknown> = { name: 'circle' }
  circle.self = circle
  log.info('odd', {
    circle,
    big: 10n,
    symbol: Symbol('s'),
    call() {},
    map: new Map<unknown, unknown>([
      ['password', 'hunter2-Zx9'],
      [{}, 1],
    ]),
    bytes: Buffer.from('hunter2-Zx9'),
    get broken() {
      throw new TypeError('hunter2-Zx9')
    },
    toJSON: () => {
      throw new Error('hunter2-Zx9')
    },
  })
  const [line] = lines
  assert.ok(line !== undefined && !line.includes('hunter2-Zx9'), line)
  assert.equal(JSON.parse(line).event, 'odd')
})

test('names such as __proto__ in logged data change nothing', () => {
  const lines: string[] = []
  const log = createLogger({ destination: { write: (line) => void lines.push(line) } })
  log.info('odd', JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":1}}'))
  assert.equal(({} as Record<string, unknown>).polluted, undefined)
  assert.equal(JSON.parse(lines[0] ?? '').event, 'odd')
})

test('a line break in a field or an event cannot forge a second line', () => {
  const lines: string[] = []
  const log = createLogger({ destination: { write: (line) => void lines.push(line) } })
  log.info('a\n{"level":"fatal","event":"forged"}', { note: 'x\r\n{"event":"forged"}' })
  assert.equal(lines.length, 1)
  assert.equal(lines[0]?.trimEnd().split('\n').length, 1)
})
