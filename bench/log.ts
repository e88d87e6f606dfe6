import { openSync } from 'node:fs'
import { Writable } from 'node:stream'
import { accessLog, createLogger } from '@minato/platform/log'
import pino from 'pino'
import winston from 'winston'
import { median, rounded } from './median.ts'

const LINES = 10_000
const ROUNDS = 15
/** On a busy machine fewer rounds, but never under five. */
const BUDGET_MS = 25_000
const LEAST_ROUNDS = 5
const WARM_UP = 2

type Access = {
  method: string
  route: string
  path: string
  status: number
  durationMs: number
  bytes: number
  requestId: string
  ip: string
  userId: string
}

/** Lines of 300 bytes as an API writes them, a hundred different ones. */
const ACCESSES: Access[] = Array.from({ length: 100 }, (_, n) => ({
  method: n % 4 === 0 ? 'POST' : 'GET',
  route: '/api/chatbot/conversations/:id/messages',
  path: `/api/chatbot/conversations/0197a1c2-7f3e-7${String(n).padStart(3, '0')}-9b1c-3f2d5e8a7c41/messages`,
  status: n % 20 === 0 ? 404 : 200,
  durationMs: 3.25 + n,
  bytes: 512 + n * 7,
  requestId: `req_0197a1c27f3e7${String(n).padStart(3, '0')}`,
  ip: `203.0.113.${n}`,
  userId: `usr_${n}`,
}))

/** What a team writes by hand: a dozen regular expressions over every line. */
const BY_HAND = [
  /"(?:password|passwd|secret|token|api_?key|authorization|cookie)"\s*:\s*"[^"]*"/gi,
  /\b(?:Bearer|Basic) [A-Za-z0-9._~+/=-]+/g,
  /\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g,
  /\bAKIA[A-Z0-9]{16}\b/g,
  /\bgh[pousr]_[A-Za-z0-9]{36}\b/g,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/g,
  /\bsk-[A-Za-z0-9_-]{20,}/g,
  /\b[sr]k_(?:live|test)_[A-Za-z0-9]{10,}/g,
  /:\/\/[^\s:/]+:[^\s@/]+@/g,
  /\b(?:\d[ -]?){13,19}\b/g,
  /[?&](?:token|code|sig|key)=[^&\s"]+/gi,
]

type Contender = { name: string; write(access: Access): void; flush(): void | Promise<void> }

/** Every contender writes to the null device through its own usual output. */
function contenders(): Contender[] {
  return [plainPino(), sanitizedAccess(), sanitizedLogger(), pinoWithRedact(), winstonByHand()]
}

function nullDevice() {
  return pino.destination({ dest: openSync('/dev/null', 'w'), sync: false })
}

function plainPino(): Contender {
  const stream = nullDevice()
  const log = pino({}, stream)
  return {
    name: 'pino',
    write: (access) => log.info(access, 'http.request'),
    flush: () => stream.flushSync(),
  }
}

function pinoWithRedact(): Contender {
  const stream = nullDevice()
  const paths = [
    'password',
    'token',
    'secret',
    'authorization',
    'cookie',
    '*.password',
    '*.token',
    '*.authorization',
  ]
  const log = pino({ redact: { paths, censor: '[secret]' } }, stream)
  return {
    name: 'pino + redact (by path only)',
    write: (access) => log.info(access, 'http.request'),
    flush: () => stream.flushSync(),
  }
}

function sanitizedLogger(): Contender {
  const log = createLogger({ destination: nullDevice() })
  return {
    name: 'createLogger().info',
    write: (access) => log.info('http.request', access),
    flush: () => log.flush(),
  }
}

function sanitizedAccess(): Contender {
  const log = createLogger({ destination: nullDevice() })
  const access = accessLog(log)
  return {
    name: 'accessLog',
    write: (a) =>
      access(
        a.method,
        a.route,
        a.path,
        a.status,
        a.durationMs,
        a.bytes,
        a.requestId,
        a.ip,
        a.userId,
      ),
    flush: () => log.flush(),
  }
}

function winstonByHand(): Contender {
  const stream = nullDevice()
  const sink = new Writable({
    write(chunk, _encoding, done) {
      stream.write(String(chunk))
      done()
    },
  })
  const mask = winston.format((info) => {
    const line = BY_HAND.reduce(
      (text, pattern) => text.replace(pattern, '[secret]'),
      JSON.stringify(info),
    )
    info[Symbol.for('message')] = line
    return info
  })
  const log = winston.createLogger({
    format: winston.format.combine(winston.format.timestamp(), mask()),
    transports: [new winston.transports.Stream({ stream: sink })],
  })
  return {
    name: 'winston + 12 regular expressions',
    write: (access) => void log.info('http.request', access),
    flush: () => stream.flushSync(),
  }
}

/** Lines a second, the time to hand over what is buffered included. */
async function round(contender: Contender): Promise<number> {
  const start = performance.now()
  for (let n = 0; n < LINES; n++) contender.write(ACCESSES[n % ACCESSES.length] as Access)
  await contender.flush()
  return LINES / ((performance.now() - start) / 1000)
}

/**
 * Sanitized access lines a second against plain pino, pino's `redact` and winston with regular expressions: in turn, in
 * one process, medians of the rounds.
 */
export async function log() {
  const all = contenders()
  const rates = new Map<string, number[]>(all.map(({ name }) => [name, []]))
  const start = performance.now()
  let rounds = 0
  for (let n = 0; n < WARM_UP + ROUNDS; n++) {
    if (rounds >= LEAST_ROUNDS && performance.now() - start > BUDGET_MS) break
    if (n >= WARM_UP) rounds++
    for (const contender of all) {
      const rate = await round(contender)
      if (n >= WARM_UP) rates.get(contender.name)?.push(rate)
      // Let timers and pending writes of one contender end before the next begins.
      await new Promise((done) => setImmediate(done))
    }
  }
  return report(
    rounds,
    all.map(({ name }) => ({ name, rate: median(rates.get(name) ?? []) })),
  )
}

function report(rounds: number, results: { name: string; rate: number }[]) {
  const rateOf = (name: string) =>
    results.find((result) => result.name === name)?.rate ?? Number.NaN
  const access = rateOf('accessLog')
  const bytes = JSON.stringify({
    level: 'info',
    time: new Date().toISOString(),
    event: 'http.request',
    ...ACCESSES[0],
  }).length
  return {
    json: {
      ratioToPino: rounded(access / rateOf('pino')),
      ratioToPinoRedact: rounded(access / rateOf('pino + redact (by path only)')),
      ratioToWinstonRegexes: rounded(access / rateOf('winston + 12 regular expressions')),
      loggerRatioToPino: rounded(rateOf('createLogger().info') / rateOf('pino')),
    },
    tables: [
      {
        title: `log: access lines of ${bytes} bytes, ${LINES} a round, medians of ${rounds} rounds`,
        columns: ['writer', 'lines/s', 'of pino'],
        rows: results.map(({ name, rate }) => [
          name,
          Math.round(rate),
          rounded(rate / rateOf('pino')),
        ]),
        notes: [
          'accessLog and createLogger sanitize every line by key and by pattern; pino alone does not.',
        ],
      },
    ],
  }
}
