import { request } from 'node:http'
import { type Booted, bootServices } from '../app/boot.ts'
import type { AppDefinition } from '../app/define-app.ts'
import { readConfig } from '../app/read-config.ts'
import { migrationFolders, type System } from '../app/system.ts'
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

/** Runs one operation and gives its output. */
export type ServerCall = <Output>(name: string, input: unknown) => Promise<Output>

/**
 * Runs an operation on the running server, which owns an embedded database; without one, in this
 * process on the same configuration.
 *
 * @example
 * const user = await callServer<{ id: string }>(io, 'user.create', { email, roles: ['user'] })
 * @throws {OperationError} with the code and text of the failure.
 */
export async function callServer<Output>(io: CliIo, name: string, input: unknown): Promise<Output> {
  return await withServer(io, (call) => call<Output>(name, input))
}

/**
 * The same for several operations, which then share one set of services where no server runs.
 *
 * @example await withServer(io, async (call) => { for (const id of ids) await call('key.revoke', { id }) })
 * @throws {OperationError} with the code and text of the first failure.
 */
export async function withServer<T>(io: CliIo, work: (call: ServerCall) => Promise<T>): Promise<T> {
  const system = systemOf(io)
  const apps = await system.apps()
  const running = readRunFile(readConfig(system, apps, io.env).config.core.dataDir)
  let own: Booted | undefined
  try {
    return await work(async <Output>(name: string, input: unknown) => {
      if (own === undefined && running !== undefined) {
        const answer = await post(running, name, input)
        if (answer !== undefined) return answer as Output
      }
      own ??= await bootOwn(system, apps, io)
      const operation = findOperation(name)
      const actor = { kind: 'cli', name: 'minato' } as const
      const context = { apps, root: system.root, actor }
      return (await operation.run(own.services, operation.input.parse(input), context)) as Output
    })
  } catch (error) {
    throw error instanceof MinatoError ? new OperationError(error.code, describe(error)) : error
  } finally {
    await own?.close()
  }
}

async function bootOwn(system: System, apps: readonly AppDefinition[], io: CliIo): Promise<Booted> {
  const booted = await bootServices({ system, apps, env: io.env, role: 'worker', quiet: true })
  try {
    if (booted.databaseKind === 'pglite') {
      const migrations = await readMigrations(migrationFolders(system.root, apps))
      await migrate(booted.services.db, migrations, { now: new Date() })
    }
    return booted
  } catch (error) {
    await booted.close()
    throw error
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
