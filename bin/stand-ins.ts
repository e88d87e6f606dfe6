import type { StandIns, System } from '../platform/src/app/system.ts'
import { startSandbox } from '../sandbox/index.ts'

const MODEL = 'sandbox-main'

/** Starts the sandbox for what the environment does not configure, and says which variables it gives. */
export async function startStandIns({
  dataDir,
  env,
}: Parameters<System['startStandIns']>[0]): Promise<StandIns> {
  const sandbox = await startSandbox({ dataDir })
  const model = !env['LLM_URL'] && !env['LLM_URL_FILE']
  const mail = !env['MAIL_URL'] && !env['MAIL_URL_FILE']
  const docker = !env['MCP_CONSOLE_DOCKER_CATALOG_URL']
  const official = !env['MCP_CONSOLE_OFFICIAL_REGISTRY_URL']
  const vault = !env['MCP_CONSOLE_BITWARDEN_URL']
  const remote = !env['MCP_CONSOLE_REMOTE_HOSTS']
  const { dockerCatalogUrl, officialRegistryUrl } = sandbox.registries
  return {
    names: [
      ...(model ? ['model'] : []),
      ...(mail ? ['mail'] : []),
      ...(docker || official ? ['catalog'] : []),
      ...(vault ? ['vault'] : []),
    ],
    variables: {
      OUTBOUND_SANDBOX_ORIGINS: sandbox.userOrigins.join(','),
      ...(remote ? { MCP_CONSOLE_REMOTE_HOSTS: remoteHosts(sandbox.userOrigins) } : {}),
      ...(model ? { LLM_URL: sandbox.llmUrl, LLM_API_KEY: 'sk-sandbox', LLM_MODEL: MODEL } : {}),
      ...(mail ? { MAIL_URL: sandbox.smtpUrl } : {}),
      ...(vault ? vaultVariables(sandbox.bitwarden) : {}),
      ...(docker ? { MCP_CONSOLE_DOCKER_CATALOG_URL: dockerCatalogUrl } : {}),
      ...(official ? { MCP_CONSOLE_OFFICIAL_REGISTRY_URL: officialRegistryUrl } : {}),
    },
    control: { url: sandbox.url, token: sandbox.controlToken },
    close: () => sandbox.close(),
  }
}

/** As entries of an allow-list: host and port. */
function remoteHosts(origins: readonly string[]): string {
  return origins.map((origin) => new URL(origin).host).join(',')
}

function vaultVariables({ url, caFile }: { url: string; caFile: string }) {
  return { MCP_CONSOLE_BITWARDEN_URL: url, MCP_CONSOLE_BITWARDEN_CA: caFile }
}
