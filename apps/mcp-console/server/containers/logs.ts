import type { Readable } from 'node:stream'
import { registerSecret, sanitize } from '@minato/platform/log'
import type { ContainerInspectInfo } from 'dockerode'
import type { ConsoleServices } from '../config.ts'
import { referencesIn } from '../secrets/index.ts'
import { LABEL_FILES } from './create.ts'
import { asking, docker } from './docker.ts'
import { type Channel, frameReader, lineReader } from './frames.ts'
import { readSecretFiles } from './secret-files.ts'
import { type ServerSpec, savedSpec } from './spec.ts'
import type { ContainerRow } from './store.ts'

export type LogLine = {
  stream: Channel
  /** When Docker read it: RFC 3339 with nine digits of a second, so that texts compare as moments. */
  at: string
  text: string
}

export type LogOptions = {
  streams: readonly Channel[]
  /** Lines from the end, or all there are. */
  tail: number | 'all'
  follow: boolean
  /** Only what came after the line of this moment. */
  after?: string | undefined
  signal: AbortSignal
}

/** Docker cuts longer lines into pieces of 16 kB; this much of one is kept. */
const MAX_LINE = 256 * 1024
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z) ?/

/**
 * What a server has written, in order, a few lines at a time as Docker gives them; whoever reads slowly slows Docker
 * down, and nothing is dropped. Secrets of the container are masked.
 */
export async function* readLogs(
  services: ConsoleServices,
  row: ContainerRow & { dockerId: string },
  info: ContainerInspectInfo,
  options: LogOptions,
): AsyncGenerator<LogLine[]> {
  const { after, signal } = options
  try {
    const stream = await openLogs(services, row.dockerId, options)
    const all =
      services.role === 'web'
        ? linesOfDoor(stream)
        : maskedLines(services, savedSpec(row.config), info, stream)
    for await (const lines of all) {
      const wanted = after === undefined ? lines : lines.filter(({ at }) => at > after)
      if (wanted.length > 0) yield wanted
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** The lines of Docker's stream, whole, with everything masked that the container was given out of a vault. */
export async function* maskedLines(
  services: ConsoleServices,
  spec: ServerSpec,
  info: ContainerInspectInfo,
  stream: Readable,
): AsyncGenerator<LogLine[]> {
  const forget = await maskSecretsOf(services, spec, info)
  try {
    const frames = frameReader()
    const partial = new Map<Channel, LogLine>()
    for await (const piece of stream) {
      const lines = frames(piece as Buffer).flatMap(({ channel, payload }) =>
        lineOf(partial, channel, payload.toString('utf8')),
      )
      yield lines.map((line) => ({ ...line, text: sanitize(line.text) }))
    }
  } finally {
    forget()
  }
}

/** A worker has masked them already: it gives a line of JSON for each. */
async function* linesOfDoor(stream: Readable): AsyncGenerator<LogLine[]> {
  const reader = lineReader(8 * MAX_LINE)
  for await (const piece of stream) {
    yield reader.push(piece as Buffer).map((line) => JSON.parse(line.toString('utf8')))
  }
}

/** A frame is one entry of Docker's log: a line, or a piece of one that is too long for an entry. */
function lineOf(partial: Map<Channel, LogLine>, stream: Channel, entry: string): LogLine[] {
  const at = STAMP.exec(entry)?.[1] ?? ''
  const text = entry.replace(STAMP, '')
  const begun = partial.get(stream)
  const whole = { stream, at: begun?.at ?? at, text: (begun?.text ?? '') + text }
  if (!text.endsWith('\n') && whole.text.length < MAX_LINE) {
    partial.set(stream, whole)
    return []
  }
  partial.delete(stream)
  return [{ ...whole, text: whole.text.replace(/\r?\n$/, '') }]
}

/** Not by dockerode's own `logs`, which would hold a log that is not followed in memory as a whole. */
async function openLogs(
  services: ConsoleServices,
  dockerId: string,
  { streams, tail, follow, after, signal }: LogOptions,
): Promise<Readable> {
  const { modem } = docker(services)
  const options = {
    ...{ follow, timestamps: true, tail: String(tail) },
    stdout: streams.includes('stdout'),
    stderr: streams.includes('stderr'),
    ...(after === undefined ? {} : { since: unixTime(after) }),
  }
  return await asking(
    services,
    () =>
      new Promise<Readable>((resolve, reject) => {
        const call = {
          path: `/containers/${dockerId}/logs?`,
          method: 'GET',
          isStream: true,
          abortSignal: signal,
          options,
          statusCodes: { 200: true, 404: 'no such container', 500: 'server error' },
        }
        modem.dial(call, (error: unknown, stream: unknown) =>
          error ? reject(error) : resolve(stream as Readable),
        )
      }),
  )
}

/** Seconds since the epoch with nanoseconds, as Docker wants it: a number would round them. */
function unixTime(at: string): string {
  const seconds = Math.floor(Date.parse(at) / 1000)
  return `${seconds}.${/\.(\d{1,9})/.exec(at)?.[1]?.padEnd(9, '0') ?? '0'}`
}

/**
 * Masks what the container was given out of a vault, until the function that comes back is called. The values are
 * Docker's to tell (environment) or in its files; a process that only serves the web sees neither, and its worker masks
 * for it.
 */
export async function maskSecretsOf(
  services: ConsoleServices,
  spec: ServerSpec,
  info: ContainerInspectInfo,
): Promise<() => void> {
  const values = await valuesOf(services, spec, info)
  const forget = values.map((value) => registerSecret(value))
  return () => {
    for (const one of forget) one()
  }
}

/** What the container was given out of a vault; a process that may see neither Docker's state nor the files gets none. */
export async function valuesOf(
  services: ConsoleServices,
  spec: ServerSpec,
  { Config }: ContainerInspectInfo,
): Promise<string[]> {
  const isReference = (text: string | undefined) => referencesIn(text).length > 0
  const env = new Map(
    (Config.Env ?? []).map((entry) => {
      const at = entry.indexOf('=')
      return [entry.slice(0, at), entry.slice(at + 1)]
    }),
  )
  const given = Object.keys(spec.env).filter((name) => isReference(spec.env[name]))
  const words = (Config.Cmd ?? []).filter((_, index) => isReference(spec.command[index]))
  const files = await readSecretFiles(services, Config.Labels[LABEL_FILES] ?? '')
  return [...given.flatMap((name) => env.get(name) ?? []), ...words, ...files]
}
