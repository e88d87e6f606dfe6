import type { AppServices } from '@minato/platform/app'
import {
  bytes,
  defineConfig,
  duration,
  integer,
  list,
  url,
  variable,
} from '@minato/platform/config'
import { z } from 'zod'

const NAMED_SERVER = /^[a-z][a-z0-9-]{0,62}=https?:\/\/\S+$/
const namedServers = list.refine((entries) => entries.every((one) => NAMED_SERVER.test(one)), {
  message: 'must be entries such as name=https://host/mcp, separated by commas',
})

export const mcpConsoleConfig = defineConfig({
  bitwardenUrl: variable('MCP_CONSOLE_BITWARDEN_URL', url('https').optional(), {
    describe: 'address of the Bitwarden server; without it the vaults of bitwarden.com are opened',
    example: 'https://vault.example.com',
  }),
  bitwardenCa: variable('MCP_CONSOLE_BITWARDEN_CA', z.string().optional(), {
    describe: 'PEM file of the authority that signed the Bitwarden server, when it is your own',
    example: '/etc/minato/vault-ca.pem',
  }),
  bitwardenCommand: variable('MCP_CONSOLE_BITWARDEN_COMMAND', z.string().default('bw'), {
    describe: 'the Bitwarden program: a path, or a name that is looked up',
  }),
  bitwardenTimeoutMs: variable('MCP_CONSOLE_BITWARDEN_TIMEOUT', duration.default(30_000), {
    describe: 'how long one call of the Bitwarden program may take before it is killed',
  }),
  dockerCatalogUrl: variable(
    'MCP_CONSOLE_DOCKER_CATALOG_URL',
    url('https', 'http').default('https://desktop.docker.com/mcp/catalog/v3/catalog.json'),
    { describe: "Docker's MCP catalog (JSON, v2 or v3)" },
  ),
  officialRegistryUrl: variable(
    'MCP_CONSOLE_OFFICIAL_REGISTRY_URL',
    url('https', 'http').default('https://registry.modelcontextprotocol.io'),
    { describe: 'base address of the MCP registry (v0)' },
  ),
  catalogTtlMs: variable('MCP_CONSOLE_CATALOG_TTL', duration.default(3_600_000), {
    describe: 'how long a catalog is served before its source is asked again',
  }),
  catalogMaxPages: variable('MCP_CONSOLE_CATALOG_MAX_PAGES', integer(1, 1000).default(100), {
    describe: 'most pages (of 100 servers) that are read of a registry',
  }),
  runnerImages: variable('MCP_CONSOLE_RUNNER_IMAGES', list.default([]), {
    describe: 'images that may run npm or PyPI packages; without one such servers have no install',
    example: 'npm=ghcr.io/example/node-runner:24,pypi=ghcr.io/example/uv-runner:3.13',
  }),
  githubHosts: variable(
    'MCP_CONSOLE_GITHUB_HOSTS',
    list.default(['api.github.com', 'raw.githubusercontent.com']),
    { describe: 'hosts of catalog sources that are sent the GitHub token' },
  ),
  dockerSocket: variable('MCP_CONSOLE_DOCKER_SOCKET', z.string().default('/var/run/docker.sock'), {
    describe: 'socket of the Docker engine; only workers need to reach it',
  }),
  dockerDoor: variable('MCP_CONSOLE_DOCKER_DOOR', z.string().default('127.0.0.1:0'), {
    describe: 'address and port where a worker lets web processes reach its Docker engine',
    example: '10.0.0.5:2380',
  }),
  volumes: variable('MCP_CONSOLE_VOLUMES', list.default([]), {
    describe: 'folders of the host that containers may be given, with all below them',
    example: '/srv/mcp,/home/share',
  }),
  secretFilesDir: variable(
    'MCP_CONSOLE_SECRET_FILES_DIR',
    z.string().default('/dev/shm/minato-secrets'),
    { describe: 'folder on a tmpfs of the host for secrets that are delivered as files' },
  ),
  healthTimeoutMs: variable('MCP_CONSOLE_HEALTH_TIMEOUT', duration.default(60_000), {
    describe: 'how long a new server may take until it answers',
  }),
  remoteHosts: variable('MCP_CONSOLE_REMOTE_HOSTS', list.default([]), {
    describe: 'hosts remote servers may be on, besides those an administrator adds; empty: none',
    example: 'mcp.example.com,*.example.org,127.0.0.1:8443',
  }),
  oauthRedirectOrigins: variable('MCP_CONSOLE_OAUTH_REDIRECT_ORIGINS', list.default([]), {
    describe: 'origins a provider may send people back to, besides PUBLIC_URL',
    example: 'https://console.example.com',
  }),
  gatewayServers: variable('MCP_CONSOLE_SERVERS', namedServers.default([]), {
    describe: 'MCP servers (Streamable HTTP) that profiles may use besides those the console runs',
    example: 'search=http://mcp-search.internal:8080/mcp',
  }),
  gatewayHosts: variable('MCP_CONSOLE_GATEWAY_HOSTS', list.default([]), {
    describe: 'more names under which clients reach /mcp, besides those of PUBLIC_URL',
    example: 'minato.internal:3000',
  }),
  callTimeoutMs: variable('MCP_CONSOLE_CALL_TIMEOUT', duration.default(60_000), {
    describe: 'how long a call through the gateway may take, unless its profile says otherwise',
  }),
  maxOutputBytes: variable('MCP_CONSOLE_MAX_OUTPUT', bytes.default(1024 * 1024), {
    describe: 'most a call through the gateway gives back, unless its profile says otherwise',
    example: '1mb',
  }),
  callsPerMinute: variable('MCP_CONSOLE_CALLS_PER_MINUTE', integer(1, 1_000_000).default(600), {
    describe: 'calls a minute of one key or person, unless the profile says otherwise',
  }),
  maxConcurrentCalls: variable('MCP_CONSOLE_MAX_CONCURRENT_CALLS', integer(1, 1000).default(32), {
    describe: 'calls at once of one key or person, and at one server, in one process',
  }),
  listingMaxAgeMs: variable('MCP_CONSOLE_LISTING_MAX_AGE', duration.default(60_000), {
    describe: 'after how long the tools of a server are compared with the approved ones again',
  }),
  connectTimeoutMs: variable('MCP_CONSOLE_CONNECT_TIMEOUT', duration.default(15_000), {
    describe: 'how long a server may take to answer when it is connected to',
  }),
  gatewaySessionIdleMs: variable('MCP_CONSOLE_GATEWAY_SESSION_IDLE', duration.default(86_400_000), {
    describe: 'after how long without use a client of the gateway must begin anew',
  }),
  callRetentionMs: variable('MCP_CONSOLE_CALL_RETENTION', duration.default(90 * 86_400_000), {
    describe: 'how long the record of calls through the gateway is kept',
  }),
  sessionIdleMs: variable('MCP_CONSOLE_SESSION_IDLE', duration.default(30 * 60_000), {
    describe: 'after how long without use an isolated session ends',
  }),
  maxSessions: variable('MCP_CONSOLE_MAX_SESSIONS', integer(1, 1000).default(5), {
    describe: 'isolated sessions one person may have at a time',
  }),
  sessionTlsDir: variable('MCP_CONSOLE_SESSION_TLS_DIR', z.string().optional(), {
    describe:
      "folder for sessions' certificates, shared by all processes and the Docker host; unset: in the data folder",
    example: '/srv/minato/session-tls',
  }),
})

/** What every part of the console receives. */
export type ConsoleServices = AppServices<(typeof mcpConsoleConfig)['variables']>
