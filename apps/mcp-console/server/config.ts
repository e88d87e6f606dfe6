import type { AppServices } from '@minato/platform/app'
import { defineConfig, duration, url, variable } from '@minato/platform/config'
import { z } from 'zod'

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
})

/** What every part of the console receives. */
export type ConsoleServices = AppServices<(typeof mcpConsoleConfig)['variables']>
