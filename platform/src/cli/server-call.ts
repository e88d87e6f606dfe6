import { request } from 'node:http'
import { bootServices } from '../app/boot.ts'
import { readConfig } from '../app/read-config.ts'
import type { Services } from '../app/services.ts'
import { migrationFolders } from '../app/system.ts'
import { migrate, readMigrations } from '../data/index.ts'
import { MinatoError } from '../errors/index.ts'
import { type CliIo, systemOf } from './command.ts'
import { findOperation } from './operations.ts'
import { type RunFile, readRunFile } from './run-file.ts'

/** The running server refused or failed an operation; the text says what to do. */
export class OperationError extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.name = 'OperationError'
    this.code = code
  }
}

/**
 * Runs an operation on the running server, which owns an embedded database; without one, in this
 * process on the same configuration.
 *
 * @example
 * const user = await callServer<{ id: string }>(io, 'user.create', { email, roles: ['user'] })
 * @throws {OperationError} with the code and text of the failure.
 */
export async function callServer<Output>(io: CliIo, name: string, input: unknown): Promise<Output> {
  const system = systemOf(io)
  const apps = await system.apps()
  const loaded = readConfig(system, apps, io.env)
  const running = readRunFile(loaded.config.core.dataDir)
  if (running !== undefined) {
    const answer = await post(running, name, input)
    if (answer !== undefined) return answer as Output
  }
  return (await withServices(io, async (services) => {
    const operation = findOperation(name)
    const actor = { kind: 'cli', name: 'minato' } as const
    return await operation.run(services, operation.input.parse(input), {
      apps,
      root: system.root,
      actor,
    })
  })) as Output
}

async function withServices<T>(io: CliIo, work: (services: Services) => Promise<T>): Promise<T> {
  const system = systemOf(io)
  const apps = await system.apps()
  const booted = await bootServices({ system, apps, env: io.env, role: 'worker', quiet: true })
  try {
    if (booted.databaseKind === 'pglite') {
      const migrations = await readMigrations(migrationFolders(system.root, apps))
      await migrate(booted.services.db, migrations, { now: new Date() })
    }
    return await work(booted.services)
  } catch (error) {
    throw error instanceof MinatoError ? new OperationError(error.code, describe(error)) : error
  } finally {
    await booted.close()
  }
}

/** The failure in one sentence, with the fields it names. */
export function describe(error: MinatoError): string {
  const fields = error.errors?.map((field) => `${field.path}: ${field.message}`).join('; ')
  return fields ? `${error.detail.en} (${fields})` : error.detail.en
}

/** Undefined when nobody listens: the server that wrote the file was killed. */
async function post(run: RunFile, name: string, input: unknown): Promise<unknown> {
  const body = JSON.stringify(input ?? {})
  return await new Promise((resolvePromise, reject) => {
    const call = request(
      `${run.adminUrl}/operations/${encodeURIComponent(name)}`,
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${run.adminToken}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const answer = JSON.parse(Buffer.concat(chunks).toString('utf8'))
          if (response.statusCode === 200) resolvePromise(answer.output ?? null)
          else reject(new OperationError(answer.code, answer.detail))
        })
      },
    )
    call.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNREFUSED' ? resolvePromise(undefined) : reject(error),
    )
    call.end(body)
  })
}
