import { MinatoError } from '@minato/platform/errors'
import type { ConsoleServices } from '../config.ts'
import { remoteErrors } from './errors.ts'
import { transportOf } from './open-transport.ts'
import { type RemoteServer, remoteTables } from './store.ts'

const TIMEOUT_MS = 15_000
/** The SDK's ErrorCode.RequestTimeout. */
const REQUEST_TIMEOUT = -32_001

/** What a server says of itself when it is greeted. */
export type Greeting = {
  server: { name: string; version: string } | null
  tools: { name: string; description: string | null }[]
  latencyMs: number
}

/**
 * Greets a remote server as an MCP client does, asks for its tools, and takes leave.
 * @throws {MinatoError} why it did not work, in words for the person
 */
export async function greet(services: ConsoleServices, server: RemoteServer): Promise<Greeting> {
  const startedAt = performance.now()
  const { Client } = await import('@modelcontextprotocol/sdk/client/index.js')
  const client = new Client({ name: 'minato', version: services.version })
  try {
    const options = { timeout: TIMEOUT_MS }
    await client.connect(await transportOf(services, server), options)
    const latencyMs = Math.round(performance.now() - startedAt)
    const info = client.getServerVersion()
    const hasTools = client.getServerCapabilities()?.tools !== undefined
    const tools = hasTools ? (await client.listTools({}, options)).tools : []
    return {
      server: info === undefined ? null : { name: cut(info.name), version: cut(info.version) },
      tools: tools.slice(0, 500).map((tool) => ({
        name: cut(tool.name),
        description: tool.description === undefined ? null : cut(tool.description, 2000),
      })),
      latencyMs,
    }
  } catch (error) {
    throw explain(error, server)
  } finally {
    await client.close()
  }
}

/** Greets and keeps what came of it in the row. */
export async function connectRemote(
  services: ConsoleServices,
  server: RemoteServer,
): Promise<Greeting> {
  const now = new Date(services.clock())
  const keep = (columns: Partial<RemoteServer>) =>
    remoteTables(services.db)
      .updateTable('mcp_console.remote_servers')
      .set({ ...columns, updated_at: now })
      .where('id', '=', server.id)
      .execute()
  try {
    const greeting = await greet(services, server)
    const info = greeting.server === null ? null : JSON.stringify(greeting.server)
    await keep({
      state: 'connected',
      state_reason: null,
      server_info: info,
      connected_at: now,
    })
    return greeting
  } catch (error) {
    const code = error instanceof MinatoError ? error.code : 'MCP_CONSOLE_REMOTE_FAILED'
    const state =
      code === 'MCP_CONSOLE_REMOTE_AUTHORIZATION_REQUIRED' ? 'authorization-required' : 'failed'
    // The next attempt begins with Streamable HTTP again: the server may have been renewed.
    await keep({ state, state_reason: code, transport: null })
    throw error
  }
}

/** Only our own words reach a person: a remote server's messages are not ours to repeat. */
function explain(error: unknown, { name }: RemoteServer): MinatoError {
  const known = causeOf(error)
  if (known !== undefined) return known
  const timedOut = error instanceof Error && 'code' in error && error.code === REQUEST_TIMEOUT
  return timedOut
    ? remoteErrors.MCP_CONSOLE_REMOTE_TIMEOUT({ name, seconds: TIMEOUT_MS / 1000 })
    : remoteErrors.MCP_CONSOLE_REMOTE_FAILED({ name }, { cause: error })
}

function causeOf(error: unknown): MinatoError | undefined {
  if (error instanceof MinatoError) return error
  return error instanceof Error && error.cause !== undefined ? causeOf(error.cause) : undefined
}

function cut(text: string, length = 200): string {
  return text.slice(0, length)
}
