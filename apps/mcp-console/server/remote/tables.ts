import type { Generated } from 'kysely'

export type RemoteState = 'new' | 'connected' | 'authorization-required' | 'failed'
export type RemoteTransportKind = 'streamable-http' | 'sse'

/** How the client proves itself at the token endpoint. */
export type ClientMethod = 'none' | 'client_secret_basic' | 'client_secret_post'

export type RemoteTables = {
  'mcp_console.remote_hosts': { pattern: string; added_by: string | null; created_at: Date }
  'mcp_console.remote_servers': {
    id: Generated<string>
    owner_id: string
    name: string
    url: string
    catalog_source: string | null
    catalog_item: string | null
    enabled: Generated<boolean>
    state: Generated<RemoteState>
    state_reason: string | null
    transport: RemoteTransportKind | null
    server_info: unknown
    client_id: string | null
    client_secret: string | null
    scope: string | null
    /** KeyHeader[]: references, never values. */
    headers: Generated<unknown>
    connected_at: Date | null
    created_at: Date
    updated_at: Date
  }
  'mcp_console.oauth_credentials': {
    server_id: string
    issuer: string
    token_endpoint: string
    revocation_endpoint: string | null
    resource: string
    client_id: string
    client_secret: string | null
    client_method: ClientMethod
    access_token: string
    refresh_token: string | null
    scope: string | null
    expires_at: Date | null
    version: Generated<number>
    refresh_holder: string | null
    refresh_until: Date | null
    refresh_after: Date | null
    created_at: Date
    updated_at: Date
  }
  'mcp_console.oauth_states': {
    state_hash: string
    server_id: string
    user_id: string
    issuer: string
    issuer_in_answer: boolean
    token_endpoint: string
    revocation_endpoint: string | null
    resource: string
    client_id: string
    client_secret: string | null
    client_method: ClientMethod
    code_verifier: string
    redirect_uri: string
    created_at: Date
    expires_at: Date
  }
  'mcp_console.oauth_clients': {
    id: string
    server_id: string
    issuer: string
    redirect_uri: string
    client_id: string
    client_secret: string | null
    created_at: Date
  }
}
