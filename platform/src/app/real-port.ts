import { type AddressInfo, createServer } from 'node:net'
import type { Environment } from '../config/index.ts'
import type { AppDefinition } from './define-app.ts'
import { readConfig } from './read-config.ts'
import type { System } from './system.ts'

/**
 * PORT=0 asks for any free port. It is chosen before anything else starts, because links in mails,
 * the origins that may write and the setup link all name it.
 */
export async function withRealPort(
  system: Pick<System, 'root'>,
  apps: readonly AppDefinition[],
  env: Environment,
): Promise<Environment> {
  const { host, port } = readConfig(system, apps, env).config.core
  return port === 0 ? { ...env, PORT: String(await freePort(host)), PORT_FILE: undefined } : env
}

async function freePort(host: string): Promise<number> {
  const server = createServer()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject).listen(0, host, resolve)
  await promise
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}
