import type { ProfileServer } from '../profiles/profile.ts'
import { type Call, holderOf, hooksOf } from './call.ts'
import { isObject, type Params, REFUSED, type Result, RpcError, TIMED_OUT } from './json-rpc.ts'
import { joinUri } from './naming.ts'
import { capResult } from './output-cap.ts'
import { type Account, recordCall } from './record-call.ts'
import { sanitizeDeep } from './scan.ts'

/** One call of one server, as it will stand on the record. */
export type ServerCall = {
  server: ProfileServer
  method: string
  /** The name or URI as the client knows it. */
  name: string
  params: Params
}

/**
 * Sends a request to a server within the limits of profile and key, scans and caps what comes back,
 * and puts it on record whatever happens.
 * @returns the result as JSON text
 */
export async function callServer(call: Call, request: ServerCall): Promise<string> {
  const startedAt = performance.now()
  const account: Account = {
    outcome: 'error',
    errorCode: null,
    resultBytes: 0,
    masked: false,
    truncated: false,
  }
  try {
    const leave = enterLimits(call)
    try {
      return await send(call, request, account)
    } finally {
      leave()
    }
  } catch (error) {
    const known = error instanceof RpcError ? error : undefined
    account.errorCode = known?.code ?? null
    if (known?.code === REFUSED) account.outcome = 'refused'
    if (known?.code === TIMED_OUT) account.outcome = 'timeout'
    throw known === undefined ? error : sanitizedError(known)
  } finally {
    recordCall(call, request, account, performance.now() - startedAt)
  }
}

async function send(call: Call, request: ServerCall, account: Account): Promise<string> {
  const { gateway, profile } = call
  const { server } = request
  const { appConfig } = gateway.services
  const raw = await gateway.pool.call(server.ref, holderOf(call), request.method, request.params, {
    timeoutMs: profile.timeoutMs ?? appConfig.callTimeoutMs,
    signal: call.signal,
    hooks: hooksOf(call),
  })
  let result = sanitizeDeep(raw)
  account.masked = result !== raw
  result = withPrefixedUris(result, server.prefix)
  let text = JSON.stringify(result)
  const maxBytes = profile.maxOutputBytes ?? appConfig.maxOutputBytes
  // Bytes are at most three for each of the string's units: short results need no counting.
  if (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes) {
    text = JSON.stringify(capResult(result, maxBytes))
    account.truncated = true
  }
  account.resultBytes = Buffer.byteLength(text)
  account.outcome = result['isError'] === true ? 'tool-error' : 'ok'
  return text
}

function enterLimits({ gateway, profile, principal, key }: Call): () => void {
  const { limits, calls, services } = gateway
  if (calls.full()) throw new RpcError(REFUSED, 'Calls cannot be recorded now; try again later')
  const caller = `${profile.id}|${principal.keyId ?? principal.userId}`
  const perCaller = key?.callsPerMinute ?? services.appConfig.callsPerMinute
  const waitMs = Math.max(
    profile.callsPerMinute === null ? 0 : limits.take(profile.id, profile.callsPerMinute),
    limits.take(caller, perCaller),
  )
  if (waitMs > 0) {
    const retryAfterSeconds = Math.ceil(waitMs / 1000)
    throw new RpcError(REFUSED, `Too many calls; try again in ${retryAfterSeconds} s`, {
      retryAfterSeconds,
    })
  }
  const entered: string[] = []
  const leave = (): void => {
    for (const one of entered) limits.leave(one)
  }
  const places: [string, number | null][] = [
    [profile.id, profile.maxConcurrent],
    [caller, key?.maxConcurrent ?? services.appConfig.maxConcurrentCalls],
  ]
  for (const [place, max] of places) {
    if (max === null) continue
    if (limits.enter(place, max)) entered.push(place)
    else {
      leave()
      throw new RpcError(REFUSED, `More than ${max} calls at once; wait for one to end`)
    }
  }
  return leave
}

function sanitizedError(error: RpcError): RpcError {
  return new RpcError(error.code, sanitizeDeep(error.message), sanitizeDeep(error.data))
}

/** URIs in a result are names a client may ask for next, so they carry the prefix, too. */
function withPrefixedUris(result: Result, prefix: string): Result {
  if (prefix === '') return result
  for (const field of ['content', 'contents', 'messages']) {
    const items = result[field]
    if (!Array.isArray(items) || !items.some(namesResource)) continue
    return { ...result, [field]: items.map((item: unknown) => prefixed(item, prefix)) }
  }
  return result
}

function namesResource(item: unknown): boolean {
  if (!isObject(item)) return false
  return (
    'uri' in item ||
    'resource' in item ||
    (isObject(item['content']) && namesResource(item['content']))
  )
}

function prefixed(item: unknown, prefix: string): unknown {
  if (!isObject(item)) return item
  const copy = { ...item }
  if (typeof copy['uri'] === 'string') copy['uri'] = joinUri(prefix, copy['uri'])
  if (isObject(copy['resource'])) copy['resource'] = prefixed(copy['resource'], prefix)
  if (isObject(copy['content'])) copy['content'] = prefixed(copy['content'], prefix)
  return copy
}
