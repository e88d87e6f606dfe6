import { parseArgs } from 'node:util'
import type { CliIo, Command } from '../command.ts'
import { confirmation, print, readSecret, table, UsageError } from '../output.ts'
import { callServer } from '../server-call.ts'

type User = {
  id: string
  email: string
  name: string
  roles: string[]
  status: string
  twoFactorEnabled: boolean
  lastSignInAt: string | null
}

const ROLES = ['user', 'operator', 'admin']
/** What acts on one person: the word on the command line → the sentence when it is done. */
const ACTS: Record<string, string> = {
  disable: 'disabled; all sessions ended',
  enable: 'enabled',
  unlock: 'unlocked',
  'reset-two-factor': 'two-factor removed; all sessions ended',
}

export const user: Command = {
  name: 'user',
  summary: { en: 'manage people', ja: '利用者を管理する' },
  usage: `Usage: minato user <action> [options]

  create --email E --role R --password-stdin [--name N] [--locale ja|en]
                            make an active, verified user; prints the id
  list [--query TEXT]       people, newest first
  disable USER              end all sessions and refuse new ones
  enable USER               let a disabled person in again
  unlock USER               forget failed sign-ins
  set-role USER R           user, operator or admin; ends all sessions
  set-password USER --password-stdin
  reset-two-factor USER     for somebody who lost phone and recovery codes

USER is an e-mail address or an id. --json prints JSON. Passwords come from stdin only: arguments
are visible to every process of the machine. One trailing newline is dropped.`,
  async run(args, io) {
    const [action = '', ...rest] = args
    if (action === 'create') return await create(rest, io)
    if (action === 'list') return await list(rest, io)
    if (action === 'set-role') return await setRole(rest, io)
    if (action === 'set-password') return await setPassword(rest, io)
    if (Object.hasOwn(ACTS, action)) return await act(action, rest, io)
    throw new UsageError(action === '' ? 'Name an action.' : `Unknown action "${action}".`)
  },
}

async function create(args: string[], io: CliIo): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      email: { type: 'string' },
      role: { type: 'string', default: 'user' },
      name: { type: 'string' },
      locale: { type: 'string' },
      'password-stdin': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const { email, name, locale, json } = values
  if (email === undefined) throw new UsageError('--email is missing.')
  if (!values['password-stdin']) {
    throw new UsageError('Give the password on stdin and add --password-stdin.')
  }
  const roles = [roleOf(values.role)]
  const password = await readSecret(io.stdin)
  const input = { email, roles, password, name, locale }
  const made = await callServer<User>(io, 'user.create', input)
  print(io, json, made, made.id)
  return 0
}

function roleOf(text: string): string {
  if (ROLES.includes(text)) return text
  throw new UsageError(`Role "${text}" is unknown: use ${ROLES.join(', ')}.`)
}

async function list(args: string[], io: CliIo): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { query: { type: 'string' }, json: { type: 'boolean', default: false } },
  })
  const items: User[] = []
  let cursor: string | undefined
  do {
    const input = { query: values.query, cursor, limit: 200 }
    const page = await callServer<{ items: User[]; nextCursor: string | null }>(
      io,
      'user.list',
      input,
    )
    items.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  const rows = items.map((row) => [
    row.id,
    row.email,
    row.roles.join(','),
    row.status,
    row.twoFactorEnabled ? '2FA' : '-',
    row.lastSignInAt ?? 'never',
  ])
  print(io, values.json, items, table(rows))
  return 0
}

async function setRole(args: string[], io: CliIo): Promise<number> {
  const { values, positionals } = parseOne(args)
  const [person, role = ''] = positionals
  if (person === undefined) throw new UsageError('Name the user and the role.')
  const roles = [roleOf(role)]
  const changed = await callServer<User>(io, 'user.set-role', { user: person, roles })
  confirmation(io, values.json, changed, `${changed.email}: ${role}; all sessions ended`)
  return 0
}

async function setPassword(args: string[], io: CliIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      'password-stdin': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const [person] = positionals
  if (person === undefined || !values['password-stdin']) {
    throw new UsageError('Name the user, and give the password on stdin with --password-stdin.')
  }
  const password = await readSecret(io.stdin)
  const changed = await callServer<User>(io, 'user.set-password', { user: person, password })
  confirmation(io, values.json, changed, `${changed.email}: password set; all sessions ended`)
  return 0
}

async function act(action: string, args: string[], io: CliIo): Promise<number> {
  const { values, positionals } = parseOne(args)
  const [person] = positionals
  if (person === undefined || positionals.length > 1) throw new UsageError('Name one user.')
  const changed = await callServer<User>(io, `user.${action}`, { user: person })
  confirmation(io, values.json, changed, `${changed.email}: ${ACTS[action]}`)
  return 0
}

function parseOne(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  })
}
