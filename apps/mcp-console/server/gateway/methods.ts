import type { Call } from './call.ts'
import { callServer } from './call-server.ts'
import {
  INVALID_PARAMS,
  isObject,
  METHOD_NOT_FOUND,
  type Params,
  RESOURCE_NOT_FOUND,
  type Request,
  RpcError,
} from './json-rpc.ts'
import { LIST_METHODS, type ListMethod, list } from './list-methods.ts'
import { splitUri } from './naming.ts'
import { callTool, serverOf, textOf } from './tool-methods.ts'

type Method = (call: Call, params: Params) => Promise<string>

const EMPTY = '{}'
const LEVELS = new Set([
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
])

/** What a client may ask for, besides the handshake. Answers are JSON text. */
const METHODS: Readonly<Record<string, Method>> = Object.assign(Object.create(null), {
  ping: async () => EMPTY,
  'tools/call': callTool,
  'prompts/get': getPrompt,
  'resources/read': (call: Call, params: Params) => onResource(call, 'resources/read', params),
  'resources/subscribe': subscribe,
  'resources/unsubscribe': unsubscribe,
  'completion/complete': complete,
  'logging/setLevel': setLevel,
  ...Object.fromEntries(
    Object.keys(LIST_METHODS).map((method) => [
      method,
      (call: Call) => list(call, method as ListMethod),
    ]),
  ),
})

/** @throws {RpcError} what the client is told */
export function serve(call: Call, { method, params }: Request): Promise<string> {
  const found = METHODS[method]
  if (found === undefined) throw new RpcError(METHOD_NOT_FOUND, `Method not found: ${method}`)
  return found(call, params ?? {})
}

async function getPrompt(call: Call, params: Params): Promise<string> {
  const name = textOf(params, 'name')
  const { server, rest } = serverOf(call, name)
  if (server === undefined) throw new RpcError(INVALID_PARAMS, `Unknown prompt: ${name}`)
  return await callServer(call, {
    server,
    method: 'prompts/get',
    name,
    params: { ...params, name: rest },
  })
}

function resourceOf({ profile }: Call, uri: string) {
  const only = profile.byPrefix.get('')
  const { prefix, rest } = splitUri(uri)
  const server = only ?? profile.byPrefix.get(prefix)
  if (server === undefined) {
    throw new RpcError(RESOURCE_NOT_FOUND, 'Resource not found', { uri })
  }
  return { server, rest: only === undefined ? rest : uri }
}

async function onResource(call: Call, method: string, params: Params): Promise<string> {
  const uri = textOf(params, 'uri')
  const { server, rest } = resourceOf(call, uri)
  return await callServer(call, { server, method, name: uri, params: { ...params, uri: rest } })
}

const MAX_SUBSCRIPTIONS = 500

async function subscribe(call: Call, params: Params): Promise<string> {
  const { session, gateway } = call
  const uri = textOf(params, 'uri')
  if (session.subscriptions.includes(uri)) return EMPTY
  if (session.subscriptions.length >= MAX_SUBSCRIPTIONS) {
    throw new RpcError(INVALID_PARAMS, `No more than ${MAX_SUBSCRIPTIONS} subscriptions`)
  }
  await onResource(call, 'resources/subscribe', params)
  const subscriptions = [...session.subscriptions, uri]
  session.subscriptions = subscriptions
  await gateway.sessions.save(session)
  gateway.bus.publish({ topic: 'subscribed', sessionId: session.id, subscriptions })
  return EMPTY
}

/** The server is told only when nobody else here listens: the connection may be shared. */
async function unsubscribe(call: Call, params: Params): Promise<string> {
  const { session, gateway } = call
  const uri = textOf(params, 'uri')
  if (!session.subscriptions.includes(uri)) return EMPTY
  session.subscriptions = session.subscriptions.filter((one) => one !== uri)
  await gateway.sessions.save(session)
  const others = [...gateway.sessions.all()].some((one) => one.subscriptions.includes(uri))
  if (!others) await onResource(call, 'resources/unsubscribe', params)
  return EMPTY
}

async function complete(call: Call, params: Params): Promise<string> {
  const { ref } = params
  if (!isObject(ref)) throw new RpcError(INVALID_PARAMS, 'Invalid params: "ref" is missing')
  const byName = ref['type'] === 'ref/prompt'
  const name = textOf(ref, byName ? 'name' : 'uri')
  const { server, rest } = byName ? serverOf(call, name) : resourceOf(call, name)
  if (server === undefined) throw new RpcError(INVALID_PARAMS, `Unknown prompt: ${name}`)
  const own = byName ? { ...ref, name: rest } : { ...ref, uri: rest }
  return await callServer(call, {
    server,
    method: 'completion/complete',
    name,
    params: { ...params, ref: own },
  })
}

async function setLevel({ session, gateway }: Call, params: Params): Promise<string> {
  const level = textOf(params, 'level')
  if (!LEVELS.has(level)) throw new RpcError(INVALID_PARAMS, `Unknown level: ${level}`)
  session.logLevel = level
  await gateway.sessions.save(session)
  const own = gateway.pool.own(session.id).filter(({ capabilities }) => 'logging' in capabilities)
  const { connectTimeoutMs: timeoutMs } = gateway.services.appConfig
  await Promise.all(own.map((one) => one.request('logging/setLevel', { level }, { timeoutMs })))
  return EMPTY
}
