import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import {
  type CallToolResult,
  ErrorCode,
  LoggingMessageNotificationSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js'
import type { ContainerInspectInfo } from 'dockerode'
import type { ConsoleServices } from '../config.ts'
import { asking, docker, frameReader, openTransport } from '../containers/index.ts'
import { sessionErrors } from './errors.ts'
import { mtlsFetch } from './mtls-fetch.ts'
import { collector } from './output.ts'
import { EXIT_KILLED, EXIT_TIMED_OUT, type Outcome, type RunLimits } from './run-outcome.ts'
import type { SessionSpec } from './schema.ts'
import { readClientFiles } from './tls-folder.ts'

const CONNECT_MS = 15_000
const MOST_LINES = 5_000
/** How long a server may take to answer anything after a call was called off. */
const RECOVERY_MS = 5_000

type ToolCall = { tool: string; arguments: Record<string, unknown> }
type Place = { sessionId: string; spec: SessionSpec; info: ContainerInspectInfo }

/**
 * Calls a tool of the session's server: over its standard input and output, or over mutual TLS where it listens. At the
 * time limit, and when the run is cancelled, the call is called off and what it had said until then is kept; a server
 * that then answers nothing any more is killed and started anew.
 */
export async function runTool(
  services: ConsoleServices,
  place: Place,
  call: ToolCall,
  limits: RunLimits,
  signal: AbortSignal,
): Promise<Outcome> {
  const startedAt = services.clock()
  const deadline = performance.now() + limits.timeoutMs
  const said = collector(limits.keepBytes)
  const say = (text: string) => said.push(Buffer.from(`${text}\n`))
  const client = new Client({ name: 'minato', version: services.version })
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) =>
    say(typeof params.data === 'string' ? params.data : JSON.stringify(params.data)),
  )
  try {
    await connect(services, client, place, Math.min(CONNECT_MS, limits.timeoutMs))
    const outcome = await ask(client, call, say, deadline, signal)
    if (outcome === 'time' || outcome === 'cancelled') await recover(services, client, place)
    signal.throwIfAborted()
    const errorOutput = collector(limits.keepBytes)
    if (typeof outcome === 'object' && outcome.problem !== undefined) {
      errorOutput.push(Buffer.from(`${outcome.problem}\n`))
    }
    await readErrors(services, place.info.Id, startedAt, errorOutput)
    const result = typeof outcome === 'object' ? outcome.result : undefined
    if (result !== undefined) say(textOf(result))
    return {
      exitCode: exitCodeOf(outcome),
      output: said.bytes().toString('utf8'),
      errorOutput: errorOutput.bytes().toString('utf8'),
      overflowed: said.overflowed() || errorOutput.overflowed(),
      timedOut: outcome === 'time',
      ...(result?.structuredContent === undefined ? {} : { structured: result.structuredContent }),
    }
  } finally {
    await client.close()
  }
}

async function connect(
  services: ConsoleServices,
  client: Client,
  { sessionId, spec, info }: Place,
  timeout: number,
): Promise<void> {
  const transport =
    spec.network && spec.port !== undefined
      ? await tlsTransport(services, sessionId, info, spec.port, spec.path)
      : await openTransport(services, info, { transport: 'stdio', name: spec.image })
  try {
    await client.connect(transport, { timeout })
  } catch (cause) {
    throw sessionErrors.MCP_CONSOLE_SESSION_TOOL_FAILED({}, { cause })
  }
}

async function tlsTransport(
  services: ConsoleServices,
  sessionId: string,
  info: ContainerInspectInfo,
  port: number,
  path: string,
): Promise<Transport> {
  const published = info.NetworkSettings.Ports[`${port}/tcp`]?.[0]?.HostPort
  if (published === undefined) throw sessionErrors.MCP_CONSOLE_SESSION_TOOL_FAILED()
  const files = await readClientFiles(services, sessionId)
  const fetch = mtlsFetch(services, Number(published), files)
  const url = new URL(path, `https://localhost:${published}`)
  return new StreamableHTTPClientTransport(url, { fetch }) as Transport
}

/** A result, a refusal in the server's words, or what ended the call. */
type Answer = { result?: CallToolResult; problem?: string } | 'time' | 'gone' | 'cancelled'

async function ask(
  client: Client,
  call: ToolCall,
  say: (text: string) => void,
  deadline: number,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    const params = { name: call.tool, arguments: call.arguments }
    const result = await client.callTool(params, undefined, {
      timeout: Math.max(1, Math.round(deadline - performance.now())),
      signal,
      onprogress: ({ message }) => {
        if (message !== undefined) say(message)
      },
    })
    return { result: result as CallToolResult }
  } catch (error) {
    if (signal.aborted) return 'cancelled'
    if (!(error instanceof McpError)) throw error
    if (error.code === ErrorCode.RequestTimeout) return 'time'
    if (error.code === ErrorCode.ConnectionClosed) return 'gone'
    return { problem: error.message }
  }
}

function exitCodeOf(outcome: Answer): number {
  if (outcome === 'time') return EXIT_TIMED_OUT
  if (outcome === 'gone' || outcome === 'cancelled') return EXIT_KILLED
  return outcome.result === undefined || outcome.result.isError === true ? 1 : 0
}

/** Text as it is, anything else as JSON. */
function textOf(result: CallToolResult): string {
  return result.content
    .map((part) => (part.type === 'text' ? part.text : JSON.stringify(part)))
    .join('\n')
}

/** The SDK has sent `notifications/cancelled`. Other runs of the session are spared when the server goes on by itself. */
async function recover(services: ConsoleServices, client: Client, { info, sessionId }: Place) {
  try {
    await client.ping({ timeout: RECOVERY_MS })
  } catch (error) {
    services.log.warn('mcp_console.session_restarted', { sessionId, err: error })
    await asking(services, () => docker(services).getContainer(info.Id).restart({ t: 0 }))
  }
}

/** What the server wrote to its standard error during the call. */
async function readErrors(
  services: ConsoleServices,
  dockerId: string,
  since: number,
  into: ReturnType<typeof collector>,
): Promise<void> {
  const bytes = await asking(services, () =>
    docker(services)
      .getContainer(dockerId)
      .logs({ stderr: true, stdout: false, since: since / 1000, tail: MOST_LINES, follow: false }),
  )
  for (const { channel, payload } of frameReader()(Buffer.from(bytes))) {
    if (channel === 'stderr') into.push(payload)
  }
}
