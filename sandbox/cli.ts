import { parseArgs } from 'node:util'
import type { CliIo, Command } from '@minato/platform/cli'
import { type Sandbox, startSandbox } from './start.ts'
import { environmentOf } from './variables.ts'

const USAGE =
  'Usage: minato sandbox [--port N] [--smtp-port N] [--s3-port N] [--bitwarden-port N] [--data-dir DIR] [--tokens-per-second N] [--json]'

const HELP = `${USAGE}

Runs the stand-ins for a model, mail and object storage on loopback until it is interrupted, and
prints the variables that point an app at them.

  --port N               model and control API (default: a free port)
  --smtp-port N          mail (default: a free port)
  --s3-port N            object storage (default: a free port)
  --bitwarden-port N     Bitwarden vaults, over https (default: a free port)
  --data-dir DIR         keeps mails and objects there; without it they are gone at the end
  --tokens-per-second N  how fast the model writes (default 60; 0: as fast as possible)
  --json                 prints one line of JSON instead of variables

Exit code 0: stopped by a signal; 1: a port is taken; 2: wrong usage.
`

/** `minato sandbox`: the stand-ins alone, for developing against them. */
export const sandbox: Command = {
  name: 'sandbox',
  summary: {
    en: 'Run the stand-ins for model, mail and object storage',
    ja: 'モデル・メール・オブジェクトストレージの代役を起動します',
  },
  usage: USAGE,
  run: async (args, io) => {
    const asked = parse(args)
    if ('problem' in asked) {
      io.stderr.write(`${asked.problem}\n${USAGE}\n`)
      return 2
    }
    if (asked.help) {
      io.stdout.write(HELP)
      return 0
    }
    return await serve(asked, io)
  },
}

type Asked = { help: boolean; json: boolean; options: Parameters<typeof startSandbox>[0] }

async function serve(asked: Asked, io: CliIo): Promise<number> {
  let running: Sandbox
  try {
    running = await startSandbox(asked.options)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
    io.stderr.write(`${(error as Error).message}\nChoose another port, or 0 for a free one.\n`)
    return 1
  }
  const stopped = interrupted()
  io.stdout.write(asked.json ? asJson(running) : asVariables(running))
  await stopped
  await running.close()
  return 0
}

function parse(args: string[]): Asked | { problem: string } {
  try {
    const { values } = parseArgs({
      args,
      options: {
        port: { type: 'string' },
        'smtp-port': { type: 'string' },
        's3-port': { type: 'string' },
        'bitwarden-port': { type: 'string' },
        'data-dir': { type: 'string' },
        'tokens-per-second': { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    const port = readNumber('port', values.port, 65_535)
    const smtpPort = readNumber('smtp-port', values['smtp-port'], 65_535)
    const s3Port = readNumber('s3-port', values['s3-port'], 65_535)
    const bitwardenPort = readNumber('bitwarden-port', values['bitwarden-port'], 65_535)
    const tokensPerSecond = readNumber('tokens-per-second', values['tokens-per-second'], 100_000)
    const dataDir = values['data-dir']
    const options = {
      ...(port === undefined ? {} : { port }),
      ...(smtpPort === undefined ? {} : { smtpPort }),
      ...(s3Port === undefined ? {} : { s3Port }),
      ...(bitwardenPort === undefined ? {} : { bitwardenPort }),
      ...(tokensPerSecond === undefined ? {} : { tokensPerSecond }),
      ...(dataDir === undefined ? {} : { dataDir }),
    }
    return { help: values.help, json: values.json, options }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

function readNumber(name: string, value: string | undefined, most: number): number | undefined {
  if (value === undefined) return undefined
  if (!/^\d{1,6}$/.test(value) || Number(value) > most) {
    throw new RangeError(`--${name} must be a whole number from 0 to ${most}.`)
  }
  return Number(value)
}

function asVariables(running: Sandbox): string {
  const lines = Object.entries(environmentOf(running)).map(
    // Quoted: an address with & would otherwise cut a pasted line short.
    ([name, value]) => `${name}=${/^[\w:./-]+$/.test(value) ? value : `'${value}'`}`,
  )
  return [
    '# Minato sandbox: paste these into .env or export them. Ctrl-C stops it.',
    ...lines,
    `# Control API: ${running.url}/sandbox/state with the header x-sandbox-token: ${running.controlToken}`,
    '',
  ].join('\n')
}

function asJson(running: Sandbox): string {
  const { url, controlToken, llmUrl, smtpUrl, s3 } = running
  const variables = environmentOf(running)
  return `${JSON.stringify({ url, controlToken, llmUrl, smtpUrl, s3, variables })}\n`
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}
