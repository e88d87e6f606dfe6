import type { EncryptedPlaces } from '@minato/platform/keys'

/** What the console keeps under the key ring. A column left out here is named by `minato keys rotate`. */
export const encrypted: EncryptedPlaces = {
  columns: [
    { table: 'mcp_console.vault_items', column: 'secret', key: 'id' },
    { table: 'mcp_console.vault_sessions', column: 'session_key', key: 'session_id' },
    { table: 'mcp_console.vault_sessions', column: 'data', key: 'session_id' },
    { table: 'mcp_console.github_token', column: 'token', key: 'id' },
    { table: 'mcp_console.remote_servers', column: 'client_secret', key: 'id' },
    { table: 'mcp_console.oauth_clients', column: 'client_secret', key: 'id' },
    { table: 'mcp_console.oauth_credentials', column: 'client_secret', key: 'server_id' },
    { table: 'mcp_console.oauth_credentials', column: 'access_token', key: 'server_id' },
    { table: 'mcp_console.oauth_credentials', column: 'refresh_token', key: 'server_id' },
    { table: 'mcp_console.oauth_states', column: 'client_secret', key: 'state_hash' },
    { table: 'mcp_console.oauth_states', column: 'code_verifier', key: 'state_hash' },
  ],
  cached: [{ namespace: 'mcp-console', prefix: 'vault:' }],
}
