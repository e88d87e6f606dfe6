import { parseArgs } from 'node:util'
import type { CliIo, Command } from '../command.ts'
import { confirmation, print, table, UsageError } from '../output.ts'
import { callServer } from '../server-call.ts'

type Key = {
  id: string
  name: string
  prefix: string
  scopes: string[] | null
  expiresAt: string
  lastUsedAt: string | null
}

const UNIT_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

export const key: Command = {
  name: 'key',
  summary: { en: 'manage API keys', ja: 'API キーを管理する' },
  usage: `Usage: minato key <action> [options]

  create --user E [--scopes a,b] [--expires 30d] [--name N]
                   prints the key, this once; without scopes it may do all its user may;
                   valid for 90 days unless told otherwise (m, h, d)
  list --user E    keys that were not revoked
  revoke ID        stop a key from working

E is an e-mail address or a user id. --json prints JSON.`,
  async run(args, io) {
    const [action = '', ...rest] = args
    if (action === 'create') return await create(rest, io)
    if (action === 'list') return await list(rest, io)
    if (action === 'revoke') return await revoke(rest, io)
    throw new UsageError(action === '' ? 'Name an action.' : `Unknown action "${action}".`)
  },
}

async function create(args: string[], io: CliIo): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      user: { type: 'string' },
      scopes: { type: 'string' },
      expires: { type: 'string' },
      name: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const { user, name, json } = values
  if (user === undefined) throw new UsageError('--user is missing.')
  const scopes = values.scopes === undefined ? undefined : scopesOf(values.scopes)
  const expiresInMs = values.expires === undefined ? undefined : lifetimeOf(values.expires)
  const input = { user, name, scopes, expiresInMs }
  const made = await callServer<Key & { key: string }>(io, 'key.create', input)
  print(io, json, made, made.key)
  return 0
}

/** An empty list must not quietly become "everything". */
function scopesOf(text: string): string[] {
  const scopes = text.split(',').map((scope) => scope.trim())
  if (scopes.every((scope) => scope !== '')) return scopes
  throw new UsageError('--scopes has an empty entry. Leave the option out for all permissions.')
}

function lifetimeOf(text: string): number {
  const match = /^(\d{1,6})([mhd])$/.exec(text)
  const lifetimeMs = Number(match?.[1]) * (UNIT_MS[match?.[2] ?? ''] ?? Number.NaN)
  if (lifetimeMs > 0) return lifetimeMs
  throw new UsageError(`--expires "${text}" is not a duration such as 30d or 12h.`)
}

async function list(args: string[], io: CliIo): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { user: { type: 'string' }, json: { type: 'boolean', default: false } },
  })
  if (values.user === undefined) throw new UsageError('--user is missing.')
  const { items } = await callServer<{ items: Key[] }>(io, 'key.list', { user: values.user })
  const rows = items.map((row) => [
    row.id,
    `${row.prefix}…`,
    row.name,
    row.scopes?.join(',') ?? 'all',
    `until ${row.expiresAt}`,
    `used ${row.lastUsedAt ?? 'never'}`,
  ])
  print(io, values.json, items, table(rows))
  return 0
}

async function revoke(args: string[], io: CliIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  })
  const [id] = positionals
  if (id === undefined || positionals.length > 1) throw new UsageError('Name one key by its id.')
  const done = await callServer<{ id: string }>(io, 'key.revoke', { id })
  confirmation(io, values.json, done, `${id}: revoked`)
  return 0
}
