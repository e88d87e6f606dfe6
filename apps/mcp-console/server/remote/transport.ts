import { setTimeout as delay } from 'node:timers/promises'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import {
  StreamableHTTPClientTransport,
  StreamableHTTPError,
} from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { FetchLike, Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { isInitializeRequest, type JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import type { RemoteTransportKind } from './tables.ts'

/** What a server of the older protocol answers to a POST at its address (MCP 2025-11-25). */
const OLD_SERVER: ReadonlySet<number | undefined> = new Set([400, 404, 405])

/** A server that is slow to take leave is left. */
const GOODBYE_MS = 1_000

type Options = {
  fetch: FetchLike
  /** Where an earlier connection has found out. */
  kind: RemoteTransportKind | null
  /** Called when the server has accepted the first message. */
  onKind: (kind: RemoteTransportKind) => Promise<void>
  /** Called when the connection is over. */
  onEnd: () => void
}

/**
 * A client transport that begins with Streamable HTTP and, when the server knows only the older
 * HTTP with SSE, goes on with that. Not started: the SDK's `Client.connect` starts it.
 */
export class RemoteTransport implements Transport {
  readonly #url: URL
  readonly #options: Options
  #inner: Transport
  #kind: RemoteTransportKind
  #settled = false
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: NonNullable<Transport['onmessage']>

  constructor(url: URL, options: Options) {
    this.#url = url
    this.#options = options
    this.#kind = options.kind ?? 'streamable-http'
    this.#inner = this.#open(this.#kind)
  }

  get sessionId(): string | undefined {
    return this.#inner.sessionId
  }

  async start(): Promise<void> {
    await this.#inner.start()
  }

  async send(message: JSONRPCMessage, options?: Parameters<Transport['send']>[1]): Promise<void> {
    try {
      await this.#inner.send(message, options)
    } catch (error) {
      if (this.#settled || !this.#isOldServer(error) || !isInitializeRequest(message)) throw error
      await this.#fallBack()
      await this.#inner.send(message, options)
    }
    if (this.#settled) return
    this.#settled = true
    if (this.#kind !== this.#options.kind) await this.#options.onKind(this.#kind)
  }

  setProtocolVersion(version: string): void {
    this.#inner.setProtocolVersion?.(version)
  }

  /** Ends the session at the server, which would otherwise keep it until it times out. */
  async close(): Promise<void> {
    const inner = this.#inner
    if (inner instanceof StreamableHTTPClientTransport && inner.sessionId !== undefined) {
      const told = inner.terminateSession().catch((error: Error) => this.onerror?.(error))
      await Promise.race([told, delay(GOODBYE_MS, undefined, { ref: false })])
    }
    await inner.close()
  }

  #isOldServer(error: unknown): boolean {
    return (
      this.#kind === 'streamable-http' &&
      error instanceof StreamableHTTPError &&
      OLD_SERVER.has(error.code)
    )
  }

  async #fallBack(): Promise<void> {
    const old = this.#inner
    delete old.onclose
    delete old.onerror
    await old.close()
    this.#kind = 'sse'
    this.#inner = this.#open('sse')
    await this.#inner.start()
  }

  #open(kind: RemoteTransportKind): Transport {
    const { fetch } = this.#options
    const inner: Transport =
      kind === 'sse'
        ? new SSEClientTransport(this.#url, { fetch })
        : new StreamableHTTPClientTransport(this.#url, { fetch })
    inner.onmessage = (message, extra) => this.onmessage?.(message, extra)
    inner.onerror = (error) => this.onerror?.(error)
    inner.onclose = () => {
      this.#options.onEnd()
      this.onclose?.()
    }
    return inner
  }
}
