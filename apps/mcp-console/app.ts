import { defineApp } from '@minato/platform/app'
import { catalogRoutes, sourceRoutes } from './server/catalog/index.ts'
import { compatibilityRoutes } from './server/compatibility.ts'
import { mcpConsoleConfig } from './server/config.ts'
import { configurationRoutes } from './server/configuration/index.ts'
import {
  changeJob,
  containerRoutes,
  installJob,
  startContainers,
} from './server/containers/index.ts'
import { encrypted } from './server/encrypted.ts'
import { gatewayEndpoint, gatewayRoutes, startRetention } from './server/gateway/index.ts'
import { stateImport } from './server/import-state/index.ts'
import { inspectorRoutes } from './server/inspector/index.ts'
import { mcpConsoleMetrics } from './server/metrics.ts'
import { profileRoutes } from './server/profiles/index.ts'
import { remoteRoutes } from './server/remote/index.ts'
import { secretsRoutes, sweepEndedVaults } from './server/secrets/index.ts'
import {
  endJob,
  runJob,
  sessionRoutes,
  startJob,
  startSessionSweep,
} from './server/sessions/index.ts'

export default defineApp({
  name: 'mcp-console',
  title: { en: 'MCP console', ja: 'MCP コンソール' },
  description: {
    en: 'Run MCP servers in Docker, with their secrets in a vault, behind one safe endpoint.',
    ja: 'MCP サーバーを Docker で動かし、秘密は保管庫に置き、安全な入口をひとつにまとめます。',
  },
  config: mcpConsoleConfig,
  encrypted,
  permissions: {
    'mcp-console.view': {
      title: { en: 'See the catalog and the servers', ja: 'カタログとサーバーの閲覧' },
      roles: ['user', 'operator', 'admin'],
    },
    'mcp-console.use': {
      title: { en: 'Call tools through the gateway', ja: 'ゲートウェイからのツールの利用' },
      roles: ['user', 'operator', 'admin'],
    },
    'mcp-console.operate': {
      title: { en: 'Install, run and try servers', ja: 'サーバーの導入・運転・試用' },
      roles: ['operator', 'admin'],
    },
    'mcp-console.administer': {
      title: {
        en: 'Change allow-lists and the gateway configuration',
        ja: '許可リストとゲートウェイ設定の変更',
      },
      roles: ['admin'],
    },
  },
  routes(server, services) {
    catalogRoutes(server, services)
    sourceRoutes(server, services)
    configurationRoutes(server, services)
    containerRoutes(server, services)
    gatewayRoutes(server, services)
    inspectorRoutes(server, services)
    profileRoutes(server, services)
    remoteRoutes(server, services)
    secretsRoutes(server, services)
    sessionRoutes(server, services)
  },
  rootRoutes(server, services) {
    gatewayEndpoint(server, services)
    compatibilityRoutes(server, services)
  },
  jobs: [installJob, changeJob, startJob, runJob, endJob],
  async worker(services) {
    const stopSweep = sweepEndedVaults(services)
    const stopContainers = await startContainers(services)
    const stopSessions = startSessionSweep(services)
    const stopRetention = startRetention(services)
    return async () => {
      stopSweep()
      stopRetention()
      await stopContainers()
      await stopSessions()
    }
  },
  imports: { 'mcp-console-state': stateImport },
  metrics: mcpConsoleMetrics,
})
