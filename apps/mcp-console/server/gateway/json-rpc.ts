/** JSON-RPC 2.0 as MCP uses it. What comes from outside is looked at by shape, never trusted by type. */

export type Id = string | number
export type Params = Record<string, unknown>
export type Result = Record<string, unknown>

export type Request = { jsonrpc: '2.0'; id: Id; method: string; params?: Params }
export type Notification = { jsonrpc: '2.0'; method: string; params?: Params }
export type Answer = { jsonrpc: '2.0'; id: Id; result: Result }
export type Failure = {
  jsonrpc: '2.0'
  id: Id | null
  error: { code: number; message: string; data?: unknown }
}
export type Message = Request | Notification | Answer | Failure

export const LATEST_VERSION = '2025-11-25'
/** Newest first; what the SDK speaks, too. */
export const VERSIONS: readonly string[] = [
  LATEST_VERSION,
  '2025-06-18',
  '2025-03-26',
  '2024-11-05',
  '2024-10-07',
]

export const PARSE_ERROR = -32700
export const INVALID_REQUEST = -32600
export const METHOD_NOT_FOUND = -32601
export const INVALID_PARAMS = -32602
export const INTERNAL_ERROR = -32603
/** The range that JSON-RPC leaves to implementations. */
export const REFUSED = -32000
export const TIMED_OUT = -32001
export const RESOURCE_NOT_FOUND = -32002
export const UNREACHABLE = -32003

/** An error that is answered as JSON-RPC, its text safe to show. */
export class RpcError extends Error {
  readonly code: number
  readonly data: unknown
  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.name = 'RpcError'
    this.code = code
    this.data = data
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isId(value: unknown): value is Id {
  return typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))
}

/** The message in a parsed JSON value, or undefined when it is none. */
export function asMessage(value: unknown): Message | undefined {
  if (!isObject(value) || value['jsonrpc'] !== '2.0') return undefined
  const { id, method, params } = value
  if (typeof method === 'string') {
    if (params !== undefined && !isObject(params)) return undefined
    if (id !== undefined && !isId(id)) return undefined
    return value as Request | Notification
  }
  if (isId(id) && isObject(value['result'])) return value as Answer
  const { error } = value
  const failed = isObject(error) && typeof error['code'] === 'number'
  return failed && typeof error['message'] === 'string' ? (value as Failure) : undefined
}

export function isRequest(message: Message): message is Request {
  return 'method' in message && 'id' in message
}

export function failure(id: Id | null, error: unknown): Failure {
  if (error instanceof RpcError) {
    const { code, message, data } = error
    return {
      jsonrpc: '2.0',
      id,
      error: { code, message, ...(data === undefined ? {} : { data }) },
    }
  }
  return { jsonrpc: '2.0', id, error: { code: INTERNAL_ERROR, message: 'Internal error' } }
}
