import type { Principal } from '@minato/platform/http'
import { gatewayErrors } from './errors.ts'
import type { Gateway } from './gateway.ts'
import {
  INVALID_PARAMS,
  isObject,
  LATEST_VERSION,
  type Request,
  RpcError,
  VERSIONS,
} from './json-rpc.ts'
import type { Session } from './sessions.ts'

const MAX_NAME = 100

/**
 * Begins a session. What the gateway can do does not depend on which servers answer at the moment:
 * lists may be empty and change.
 */
export async function initialize(
  gateway: Gateway,
  principal: Principal,
  named: string | undefined,
  { params = {} }: Request,
): Promise<{ session: Session; text: string }> {
  const profile = await gateway.profiles.choose(principal, named)
  if (profile === undefined) throw gatewayErrors.MCP_CONSOLE_PROFILE_NONE()
  const { protocolVersion, capabilities, clientInfo } = params
  if (typeof protocolVersion !== 'string') {
    throw new RpcError(INVALID_PARAMS, 'Invalid params: "protocolVersion" must be text')
  }
  const version = VERSIONS.includes(protocolVersion) ? protocolVersion : LATEST_VERSION
  const client = isObject(clientInfo) ? clientInfo : {}
  const session = await gateway.sessions.create({
    userId: principal.userId,
    profileId: profile.id,
    version,
    capabilities: isObject(capabilities) ? capabilities : {},
    clientName: String(client['name'] ?? '').slice(0, MAX_NAME),
    clientVersion: String(client['version'] ?? '').slice(0, MAX_NAME),
  })
  const result = {
    protocolVersion: version,
    capabilities: {
      tools: { listChanged: true },
      resources: { subscribe: true, listChanged: true },
      prompts: { listChanged: true },
      completions: {},
      logging: {},
    },
    serverInfo: { name: 'minato', title: profile.title, version: gateway.services.version },
  }
  return { session, text: JSON.stringify(result) }
}
