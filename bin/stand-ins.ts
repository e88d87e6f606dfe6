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
  const { dockerCatalogUrl, officialRegistryUrl } = sandbox.registries
  return {
    names: [
      ...(model ? ['model'] : []),
      ...(mail ? ['mail'] : []),
      ...(docker || official ? ['catalog'] : []),
    ],
    variables: {
      ...(model ? { LLM_URL: sandbox.llmUrl, LLM_API_KEY: 'sk-sandbox', LLM_MODEL: MODEL } : {}),
      ...(mail ? { MAIL_URL: sandbox.smtpUrl } : {}),
      ...(docker ? { MCP_CONSOLE_DOCKER_CATALOG_URL: dockerCatalogUrl } : {}),
      ...(official ? { MCP_CONSOLE_OFFICIAL_REGISTRY_URL: officialRegistryUrl } : {}),
    },
    control: { url: sandbox.url, token: sandbox.controlToken },
    close: () => sandbox.close(),
  }
}
