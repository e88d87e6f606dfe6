import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { parseEnv } from 'node:util'
import type { CliIo } from '../command.ts'
import { readSecret, UsageError } from '../output.ts'
import type { Answers } from './answers.ts'

/** The flags as they were given. */
type Flags = {
  folder: string
  domain?: string
  size?: string
  certificate?: string
  email?: string
  image?: string
  name?: string
  'http-port'?: string
  'https-port'?: string
  set?: string[]
  stack?: string[]
  secret?: string[]
  yes: boolean
}

const SIZES = ['standard', 'small'] as const
const CERTIFICATES = ['acme', 'given', 'self-signed'] as const
const DOMAIN =
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i

/**
 * What the flags say, else what an earlier run wrote; on a terminal, what is still missing is asked for.
 * @throws {UsageError} for a wrong or missing answer, with what is right.
 */
export async function readAnswers(flags: Flags, io: CliIo): Promise<Answers> {
  const ask = asker(flags.yes, io)
  const earlier = await earlierAnswers(resolve(io.cwd, flags.folder))
  try {
    const domain = await ask('domain', flags.domain, earlier.domain, {
      en: 'The name people open (minato.example.com)',
      ja: '利用者が開く名前（例 minato.example.com）',
    })
    if (!DOMAIN.test(domain) && isIP(domain) !== 4) {
      throw new UsageError(`--domain must be a name such as minato.example.com, not "${domain}".`)
    }
    const certificate = oneOf(
      'certificate',
      CERTIFICATES,
      await ask('certificate', flags.certificate, earlier.certificate ?? 'acme', {
        en: 'Certificate: acme (fetched by itself), given (yours) or self-signed',
        ja: '証明書: acme（自動取得）、given（手元のもの）、self-signed（自己署名）',
      }),
    )
    const email =
      certificate !== 'acme'
        ? flags.email
        : await ask('email', flags.email, earlier.email, {
            en: 'Your mail address, told to the certificate authority',
            ja: '認証局に伝えるメールアドレス',
          })
    const size = oneOf(
      'size',
      SIZES,
      await ask('size', flags.size, earlier.size ?? 'standard', {
        en: 'Size: standard (4 GB) or small (1 GB)',
        ja: '規模: standard（4 GB）または small（1 GB）',
      }),
    )
    return {
      folder: flags.folder,
      domain: domain.toLowerCase(),
      certificate,
      email,
      size,
      image: flags.image ?? earlier.image ?? 'minato:local',
      stackName: flags.name ?? earlier.stackName ?? 'minato',
      httpPort: port('http-port', flags['http-port'] ?? earlier.httpPort, 80),
      httpsPort: port('https-port', flags['https-port'] ?? earlier.httpsPort, 443),
      settings: pairs('set', flags.set),
      stack: pairs('stack', flags.stack),
      secrets: await secretsFrom(pairs('secret', flags.secret), io),
    }
  } finally {
    ask.close()
  }
}

type Earlier = Partial<
  Record<'domain' | 'certificate' | 'email' | 'size' | 'image' | 'stackName' | Port, string>
>
type Port = 'httpPort' | 'httpsPort'

/** What the folder says already: to run again after an upgrade needs no flags. */
async function earlierAnswers(folder: string): Promise<Earlier> {
  const read = async (name: string) =>
    parseEnv(await readFile(join(folder, name), 'utf8').catch(() => ''))
  const [stack, settings] = await Promise.all([read('.env'), read('minato.env')])
  const url = settings['PUBLIC_URL']
  if (url === undefined || !URL.canParse(url)) return {}
  const acme = stack['COMPOSE_PROFILES']?.split(',').includes('acme') === true
  return definedOnly({
    domain: new URL(url).hostname,
    // A certificate is in the folder: whose it is, init does not ask twice.
    certificate: acme ? 'acme' : 'given',
    email: stack['ACME_EMAIL'],
    size: stack['COMPOSE_FILE']?.includes('small') === true ? 'small' : 'standard',
    image: stack['MINATO_IMAGE'],
    stackName: stack['STACK_NAME'],
    httpPort: stack['HTTP_PORT'],
    httpsPort: stack['HTTPS_PORT'],
  })
}

function definedOnly(found: Record<string, string | undefined>): Earlier {
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}

type Question = { en: string; ja: string }
type Ask = ((
  flag: string,
  given: string | undefined,
  fallback: string | undefined,
  question: Question,
) => Promise<string>) & { close(): void }

function asker(silent: boolean, io: CliIo): Ask {
  const terminal = !silent && 'isTTY' in io.stdin && io.stdin.isTTY === true
  const lines = terminal ? createInterface({ input: io.stdin, output: io.stderr }) : undefined
  const language = (io.env['LANG'] ?? '').startsWith('ja') ? 'ja' : 'en'
  const ask = async (
    flag: string,
    given: string | undefined,
    fallback: string | undefined,
    question: Question,
  ): Promise<string> => {
    if (given !== undefined) return given.trim()
    const hint = fallback === undefined ? '' : ` [${fallback}]`
    const typed = (await lines?.question(`${question[language]}${hint}: `))?.trim()
    const answer = typed === undefined || typed === '' ? fallback : typed
    if (answer === undefined) throw new UsageError(`--${flag} is missing.`)
    return answer
  }
  return Object.assign(ask, { close: () => lines?.close() })
}

function oneOf<T extends string>(flag: string, known: readonly T[], value: string): T {
  const found = known.find((item) => item === value)
  if (found === undefined) throw new UsageError(`--${flag} must be one of ${known.join(', ')}.`)
  return found
}

function port(flag: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback
  const number = Number(text)
  if (/^\d{1,5}$/.test(text) && number > 0 && number < 65_536) return number
  throw new UsageError(`--${flag} must be a number from 1 to 65535.`)
}

function pairs(flag: string, given: readonly string[] = []): Record<string, string> {
  const entries = given.map((pair) => {
    const [, name, value] = /^([A-Z][A-Z0-9_]*)=([^\r\n']*)$/.exec(pair) ?? []
    if (name !== undefined && value !== undefined) return [name, value] as const
    throw new UsageError(`--${flag} takes NAME=VALUE, without quotes and line breaks.`)
  })
  return Object.fromEntries(entries)
}

async function secretsFrom(
  files: Record<string, string>,
  io: CliIo,
): Promise<Record<string, string>> {
  const read: Record<string, string> = {}
  for (const [name, file] of Object.entries(files)) {
    read[name] =
      file === '-' ? await readSecret(io.stdin) : (await readFile(file, 'utf8')).trimEnd()
  }
  return read
}
