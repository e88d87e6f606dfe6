import type { Sandbox } from './start.ts'

/** The configuration that points an app at a running sandbox. */
export function environmentOf(
  running: Pick<
    Sandbox,
    'llmUrl' | 'smtpUrl' | 's3' | 'registries' | 'userOrigins' | 'bitwarden' | 'sentryDsn'
  >,
) {
  const { s3 } = running
  const query = `endpoint=${s3.endpoint}&region=${s3.region}&forcePathStyle=true`
  return {
    LLM_URL: running.llmUrl,
    LLM_API_KEY: 'sk-sandbox',
    LLM_MODEL: 'sandbox-main',
    MAIL_URL: running.smtpUrl,
    FILES_URL: `s3://${s3.bucket}?${query}`,
    FILES_ACCESS_KEY_ID: s3.accessKeyId,
    FILES_SECRET_ACCESS_KEY: s3.secretAccessKey,
    SENTRY_DSN: running.sentryDsn,
    MCP_CONSOLE_BITWARDEN_URL: running.bitwarden.url,
    MCP_CONSOLE_BITWARDEN_CA: running.bitwarden.caFile,
    MCP_CONSOLE_DOCKER_CATALOG_URL: running.registries.dockerCatalogUrl,
    MCP_CONSOLE_OFFICIAL_REGISTRY_URL: running.registries.officialRegistryUrl,
    OUTBOUND_SANDBOX_ORIGINS: running.userOrigins.join(','),
    MCP_CONSOLE_REMOTE_HOSTS: running.userOrigins.map((origin) => new URL(origin).host).join(','),
  }
}
