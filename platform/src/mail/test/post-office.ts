import { type Sandbox, startSandbox } from '../../../../sandbox/index.ts'
import { type TestDatabase, testDatabase } from '../../data/testing.ts'
import { createKeyRing } from '../../keys/index.ts'
import { createLogger, Secret } from '../../log/index.ts'
import { createMetrics } from '../../observe/index.ts'
import { createOutbound, type Outbound } from '../../outbound/index.ts'
import type { MailConfig } from '../config.ts'
import { createMail, type Mail } from '../index.ts'
import type { MailDeps } from '../mail.ts'
import type { MailTables } from '../tables.ts'

export type DeliveredMail = { id: string; from: string; to: string; subject: string }

export type PostOffice = AsyncDisposable & {
  mail: Mail
  deps: MailDeps
  database: TestDatabase
  sandbox: Sandbox
  lines: string[]
  /** Moves the clock. */
  advance(ms: number): void
  scenario(scenario: string): Promise<void>
  delivered(): Promise<DeliveredMail[]>
  raw(id: string): Promise<string>
}

type House = { database: TestDatabase; sandbox: Sandbox; outbound: Outbound }
let house: Promise<House> | undefined

async function openHouse(): Promise<House> {
  const [database, sandbox] = await Promise.all([testDatabase({ apps: [] }), startSandbox()])
  return { database, sandbox, outbound: createOutbound() }
}

/** Call it in `after`: one database and one sandbox serve all tests of a file. */
export async function closeHouse(): Promise<void> {
  const open = await house
  house = undefined
  await open?.outbound.close()
  await open?.sandbox.close()
  await open?.database[Symbol.asyncDispose]()
}

/** Mail on an empty database with the sandbox's SMTP server behind it. */
export async function postOffice(
  options: { config?: Partial<MailConfig>; profile?: MailDeps['profile'] } = {},
): Promise<PostOffice> {
  house ??= openHouse()
  const { database, sandbox, outbound } = await house
  const lines: string[] = []
  let now = Date.parse('2026-11-22T09:00:00Z')
  const deps: MailDeps = {
    profile: options.profile ?? 'test',
    config: {
      mail: {
        url: new Secret(sandbox.smtpUrl, { register: false }),
        from: 'Minato <minato@example.com>',
        allowTo: [],
        tracking: false,
        sendgridPublicKey: undefined,
        ...options.config,
      },
    },
    db: database.db,
    keys: createKeyRing([{ id: 'k1', key: Buffer.alloc(32, 5) }], 'x'.repeat(32)),
    clock: () => now,
    log: createLogger({
      destination: { write: (line) => lines.push(line) },
      pretty: false,
      sync: true,
    }),
    metrics: createMetrics(),
    outbound,
  }
  const control = async (path: string, init: RequestInit = {}) => {
    const headers = { 'x-sandbox-token': sandbox.controlToken, 'content-type': 'application/json' }
    const response = await fetch(`${sandbox.url}/sandbox${path}`, { ...init, headers })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response
  }
  return {
    mail: createMail(deps),
    deps,
    database,
    sandbox,
    lines,
    advance: (ms) => {
      now += ms
    },
    scenario: async (scenario) => {
      await control('/scenarios/smtp', { method: 'PUT', body: JSON.stringify({ scenario }) })
    },
    delivered: async () => {
      const body = (await (await control('/mail')).json()) as { mails: DeliveredMail[] }
      return body.mails
    },
    raw: async (id) => await (await control(`/mail/${id}/raw`)).text(),
    [Symbol.asyncDispose]: async () => {
      const db = database.db.withTables<MailTables>()
      await db.deleteFrom('minato.mail_outbox').execute()
      await db.deleteFrom('minato.mail_suppressions').execute()
      await db.deleteFrom('minato.mail_events').execute()
      await control('/reset', { method: 'POST', body: '{}' })
    },
  }
}
