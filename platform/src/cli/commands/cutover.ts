import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import {
  type AskMonitor,
  askOnce,
  checkCutover,
  type Line,
  monitorInStack,
} from '../../deploy/index.ts'
import type { CliIo, Command } from '../command.ts'
import { stackFolder } from '../deploy-options.ts'
import { print, UsageError } from '../output.ts'

const MARKS: Record<Line['status'], string> = { pass: '✔', fail: '✖', unproven: '?' }

const OPTIONS = {
  host: { type: 'string' },
  port: { type: 'string', default: '443' },
  address: { type: 'string', multiple: true },
  resolver: { type: 'string', multiple: true },
  'max-ttl': { type: 'string', default: '300' },
  'min-days': { type: 'string', default: '21' },
  ca: { type: 'string' },
  prometheus: { type: 'string' },
  alertmanager: { type: 'string' },
  folder: { type: 'string' },
  old: { type: 'string' },
  'old-method': { type: 'string', default: 'POST' },
  'old-header': { type: 'string', multiple: true },
  'no-old': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

/** `minato cutover`: is everything in place for people to come to the new system? */
export const cutover: Command = {
  name: 'cutover',
  summary: {
    en: 'prove that the name, certificate, monitors and the old system are ready for the switch',
    ja: '名前・証明書・監視・旧システムが切り替えの準備を終えているかを確かめる',
  },
  usage: `Usage: minato cutover --host NAME [options]

  --address IP         where the name must point (default: this machine's addresses); several times
  --resolver IP[:PORT] DNS server to ask (default: the ones in charge of the name); several times
  --max-ttl SECONDS    default 300
  --min-days N         days the certificate must last (default 21)
  --ca FILE            PEM of a private authority
  --port N             default 443
  --folder DIR         the stack whose Prometheus and Alertmanager are asked (default as minato deploy)
  --prometheus URL, --alertmanager URL
                       ask these instead
  --old URL            an address of the old system that writes; it must refuse
  --old-method M       default POST;  --old-header 'Name: value' for its sign-in, several times
  --no-old             there is no old system
  --json               print the lines as JSON

Exit code 0: every line passed; 1: one failed or could not be proven; 2: wrong usage.`,
  async run(args, io) {
    const values = valuesIn(args)
    const lines = await checkCutover(optionsFrom(values, io))
    const text = (io.env['LANG'] ?? '').startsWith('ja') ? 'ja' : 'en'
    print(io, values.json, lines, lines.map((line) => shown(line, text)).join('\n'))
    return lines.every(({ status }) => status === 'pass') ? 0 : 1
  },
}

const valuesIn = (args: string[]) => parseArgs({ args, options: OPTIONS }).values
type Values = ReturnType<typeof valuesIn>

function optionsFrom(values: Values, io: CliIo): Parameters<typeof checkCutover>[0] {
  if (values.host === undefined || values.host === '') throw new UsageError('Say --host NAME.')
  const ca = values.ca === undefined ? undefined : readFileSync(resolve(io.cwd, values.ca), 'utf8')
  return {
    host: values.host,
    port: numberOf('--port', values.port),
    resolvers: values.resolver ?? [],
    addresses: values.address ?? [],
    maxTtl: numberOf('--max-ttl', values['max-ttl']),
    minDays: numberOf('--min-days', values['min-days']),
    // Before the name is switched the new system is looked at where it will point.
    address: values.address?.[0],
    ca,
    now: Date.now,
    noOld: values['no-old'],
    old:
      values.old === undefined
        ? undefined
        : {
            url: addressOf('--old', values.old),
            method: values['old-method'],
            headers: headersOf(values['old-header'] ?? []),
          },
    prometheus: monitor(values, io, 'prometheus', 9090),
    alertmanager: monitor(values, io, 'alertmanager', 9093),
  }
}

function monitor(
  values: Values,
  io: CliIo,
  service: 'prometheus' | 'alertmanager',
  port: number,
): AskMonitor {
  const url = values[service]
  if (url === undefined) {
    return async (path) => {
      const folder = stackFolder(values.folder, io)
      return await monitorInStack({ folder, env: io.env }, service, port)(path)
    }
  }
  const base = addressOf(`--${service}`, url).replace(/\/$/, '')
  return async (path) => {
    const { status, body } = await askOnce(base + path)
    if (status !== 200) throw new Error(`${base}${path} answers ${status}`)
    return body
  }
}

function numberOf(option: string, text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw new UsageError(`${option} must be a whole number.`)
}

function addressOf(option: string, text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text
  throw new UsageError(`${option} must be an http or https address.`)
}

function headersOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^([\w-]+):\s*(.+)$/.exec(line) ?? []
      if (name === undefined || value === undefined) {
        throw new UsageError("--old-header must be 'Name: value'.")
      }
      return [name.toLowerCase(), value]
    }),
  )
}

function shown({ status, title, evidence, mend }: Line, language: 'ja' | 'en'): string {
  const line = `${MARKS[status]} ${title[language]}: ${evidence}`
  return status === 'pass' ? line : `${line}\n    ${mend[language]}`
}
