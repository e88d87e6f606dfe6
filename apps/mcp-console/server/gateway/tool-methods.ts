import type { ProfileServer } from '../profiles/profile.ts'
import type { Call } from './call.ts'
import { callServer } from './call-server.ts'
import { INVALID_PARAMS, type Params, REFUSED, RpcError } from './json-rpc.ts'
import type { Listing } from './listings.ts'
import { allowsName, joinName, splitName } from './naming.ts'
import { recordRefusal } from './record-call.ts'
import { toRpcError } from './upstream-errors.ts'

/** `tools/call`: the path that is measured. Each step is synchronous where what it needs is at hand. */
export async function callTool(call: Call, params: Params): Promise<string> {
  const shown = textOf(params, 'name')
  const { server, rest } = serverOf(call, shown)
  if (server === undefined || !mayUse(call, server, shown, rest)) throw unknownTool(call, shown)
  const found = listingOf(call, server)
  const listing = found instanceof Promise ? await found : found
  if (!listing.tools.has(rest)) throw unknownTool(call, shown)
  if (!listing.approved.has(rest)) throw held(call, server, shown)
  return await callServer(call, {
    server,
    method: 'tools/call',
    name: shown,
    params: { ...params, name: rest },
  })
}

function listingOf({ gateway }: Call, { ref }: ProfileServer): Listing | Promise<Listing> {
  const found = gateway.listings.get(ref)
  if (!(found instanceof Promise)) return found
  return found.catch((error: unknown) => {
    throw toRpcError(error, ref)
  })
}

/** The server that a name belongs to. In a profile without prefixes every name is the one server's. */
export function serverOf({ profile }: Call, name: string) {
  const only = profile.byPrefix.get('')
  if (only !== undefined) return { server: only, rest: name }
  const { prefix, rest } = splitName(name)
  return { server: profile.byPrefix.get(prefix), rest }
}

export function textOf(params: Params, name: string): string {
  const value = params[name]
  if (typeof value === 'string') return value
  throw new RpcError(INVALID_PARAMS, `Invalid params: "${name}" must be text`)
}

function mayUse(call: Call, server: ProfileServer, shown: string, own: string): boolean {
  return allowsName(server.tools, own) && allowsName(call.key?.tools ?? null, shown)
}

/** The same for one that is not there and one that is not allowed. */
function unknownTool(call: Call, name: string): RpcError {
  recordRefusal(call, { name, outcome: 'refused', errorCode: INVALID_PARAMS, ref: null })
  return new RpcError(INVALID_PARAMS, `Unknown tool: ${name}`)
}

function held(call: Call, server: ProfileServer, name: string): RpcError {
  const text = `The tool "${name}" is held: its description changed and nobody has approved it yet`
  recordRefusal(call, { name, outcome: 'held', errorCode: REFUSED, ref: server.ref })
  return new RpcError(REFUSED, text)
}

/** The tools of one server as this client sees them. */
export function shownTools(call: Call, server: ProfileServer, listing: Listing): object[] {
  const shown: object[] = []
  for (const tool of listing.tools.values()) {
    const name = joinName(server.prefix, tool.name)
    if (!listing.approved.has(tool.name) || !mayUse(call, server, name, tool.name)) continue
    // How to run it as a task is not passed on: tasks are not either.
    const { execution: _execution, ...rest } = tool
    shown.push({ ...rest, name })
  }
  return shown
}
