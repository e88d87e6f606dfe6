import { checkUrl, type Verdict } from '../../outbound/check.ts'
import type { CliIo, Command } from '../command.ts'

const USAGE = 'minato outbound check [--json] [--] URL…'

const HELP = `Usage: ${USAGE}

Says of each URL whether Minato would fetch it for a user, and why not. Nothing is dialled or
resolved: what a name resolves to is judged again when it is fetched.

  --json   print an array of {"url","verdict","reason"} in the order given
  --       what follows is a URL, also when it begins with "-"

Exit code 0: all allowed; 1: at least one refused; 2: wrong usage.
`

/** `minato outbound check`: the static half of the outbound rules, for a terminal or a script. */
export const outbound: Command = {
  name: 'outbound',
  summary: {
    en: 'Say whether URLs given by users may be fetched',
    ja: '利用者が指定した URL に接続してよいかを判定します',
  },
  usage: HELP,
  run: async (args, io) => {
    const asked = parse(args)
    if (asked === 'help') return print(io.stdout, HELP, 0)
    if ('problem' in asked) return print(io.stderr, `${asked.problem}\nUsage: ${USAGE}\n`, 2)
    const verdicts = asked.urls.map(checkUrl)
    const text = asked.json ? asJson(verdicts) : asLines(verdicts, languageOf(io))
    return print(io.stdout, text, verdicts.some(({ verdict }) => verdict === 'refuse') ? 1 : 0)
  },
}

type Asked = { json: boolean; urls: string[] } | { problem: string } | 'help'

function parse(args: readonly string[]): Asked {
  const [verb, ...rest] = args
  if (verb === '--help' || verb === '-h' || verb === 'help') return 'help'
  if (verb === undefined) return { problem: 'Say what to do: check.' }
  if (verb !== 'check') return { problem: `Unknown subcommand ${JSON.stringify(verb)}.` }
  const end = rest.indexOf('--')
  const before = end < 0 ? rest : rest.slice(0, end)
  const flags = before.filter((arg) => arg.startsWith('-'))
  if (flags.includes('--help') || flags.includes('-h')) return 'help'
  const unknown = flags.find((flag) => flag !== '--json')
  if (unknown !== undefined) return { problem: `Unknown option ${JSON.stringify(unknown)}.` }
  const urls = before
    .filter((arg) => !arg.startsWith('-'))
    .concat(end < 0 ? [] : rest.slice(end + 1))
  return urls.length === 0
    ? { problem: 'Give at least one URL.' }
    : { json: flags.length > 0, urls }
}

function asJson(verdicts: readonly Verdict[]): string {
  return `${JSON.stringify(verdicts.map(({ url, verdict, reason }) => ({ url, verdict, reason })))}\n`
}

function asLines(verdicts: readonly Verdict[], language: 'en' | 'ja'): string {
  return verdicts
    .map(({ url, verdict, reason, detail }) => {
      const line = `${verdict.padEnd(6)}  ${reason}  ${printable(url)}\n`
      return detail ? `${line}        ${detail[language]}\n` : line
    })
    .join('')
}

/** Escapes control characters: a URL must not be able to steer the terminal it is printed on. */
function printable(text: string): string {
  return text.replace(/\p{C}/gu, (char) =>
    JSON.stringify(char)
      .slice(1, -1)
      .replace(/^[^\\]$/u, hex),
  )
}

function hex(char: string): string {
  return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`
}

function languageOf(io: CliIo): 'en' | 'ja' {
  const { LC_ALL, LC_MESSAGES, LANG } = io.env
  return (LC_ALL || LC_MESSAGES || LANG || '').startsWith('ja') ? 'ja' : 'en'
}

/** Waits until the text is handed over: exiting earlier would cut a long answer in a pipe. */
function print(stream: NodeJS.WritableStream, text: string, code: number): Promise<number> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve(code)))
  })
}
