import { defineWebApp } from '@minato/web/app'
import { mayUse } from '@minato/web/session'
import { IconPlugConnected } from '@tabler/icons-react'
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type en from './messages/en.ts'
import { sections } from './sections.ts'

declare module '@minato/web/messages' {
  interface MessageNamespaces {
    'mcp-console': typeof en
  }
}

const pages = {
  '/mcp-console': lazyRouteComponent(() => import('./overview-page.tsx'), 'OverviewPage'),
  '/mcp-console/catalog': lazyRouteComponent(
    () => import('./catalog/catalog-page.tsx'),
    'CatalogPage',
  ),
  '/mcp-console/catalog/$source/$': lazyRouteComponent(
    () => import('./catalog/item-page.tsx'),
    'ItemPage',
  ),
  '/mcp-console/servers': lazyRouteComponent(
    () => import('./servers/servers-page.tsx'),
    'ServersPage',
  ),
  '/mcp-console/servers/install': lazyRouteComponent(
    () => import('./servers/install-page.tsx'),
    'InstallPage',
  ),
  '/mcp-console/servers/$id': lazyRouteComponent(
    () => import('./servers/server-page.tsx'),
    'ServerPage',
  ),
  '/mcp-console/servers/$id/logs': lazyRouteComponent(
    () => import('./servers/logs-page.tsx'),
    'LogsPage',
  ),
  '/mcp-console/servers/$id/edit': lazyRouteComponent(
    () => import('./servers/edit-page.tsx'),
    'EditPage',
  ),
  '/mcp-console/jobs/$id': lazyRouteComponent(() => import('./jobs/job-page.tsx'), 'JobPage'),
  '/mcp-console/inspector/$id': lazyRouteComponent(
    () => import('./inspector/inspector-page.tsx'),
    'InspectorPage',
  ),
  '/mcp-console/remote-servers': lazyRouteComponent(
    () => import('./remote/remote-page.tsx'),
    'RemotePage',
  ),
  '/mcp-console/remote-servers/hosts': lazyRouteComponent(
    () => import('./remote/hosts-page.tsx'),
    'HostsPage',
  ),
  '/mcp-console/gateway': lazyRouteComponent(
    () => import('./gateway/profiles-page.tsx'),
    'ProfilesPage',
  ),
  '/mcp-console/gateway/held': lazyRouteComponent(
    () => import('./gateway/held-page.tsx'),
    'HeldPage',
  ),
  '/mcp-console/gateway/calls': lazyRouteComponent(
    () => import('./gateway/calls-page.tsx'),
    'CallsPage',
  ),
  '/mcp-console/gateway/$id': lazyRouteComponent(
    () => import('./gateway/profile-page.tsx'),
    'ProfilePage',
  ),
  '/mcp-console/configuration': lazyRouteComponent(
    () => import('./configuration/configuration-page.tsx'),
    'ConfigurationPage',
  ),
  '/mcp-console/configuration/versions': lazyRouteComponent(
    () => import('./configuration/versions-page.tsx'),
    'VersionsPage',
  ),
  '/mcp-console/sessions': lazyRouteComponent(
    () => import('./sessions/sessions-page.tsx'),
    'SessionsPage',
  ),
  '/mcp-console/sessions/$id': lazyRouteComponent(
    () => import('./sessions/session-page.tsx'),
    'SessionPage',
  ),
  '/mcp-console/vault': lazyRouteComponent(() => import('./vault/vault-page.tsx'), 'VaultPage'),
}

export default defineWebApp({
  name: 'mcp-console',
  navigation: {
    label: { ja: 'MCP', en: 'MCP' },
    icon: IconPlugConnected,
    path: '/mcp-console',
    order: 30,
    permission: 'mcp-console.view',
    summary: {
      ja: 'MCP サーバーを導入し、ひとつの安全な入口からツールを使います。',
      en: 'Run MCP servers and give agents one safe endpoint for all of them.',
    },
    nextStep: {
      label: { ja: 'カタログを見る', en: 'Open the catalog' },
      path: '/mcp-console/catalog',
    },
  },
  routes: (parent) =>
    Object.entries(pages).map(([path, component]) =>
      createRoute({ getParentRoute: () => parent, path, component }),
    ),
  messages: { ja: () => import('./messages/ja.ts'), en: () => import('./messages/en.ts') },
  jobPage: (id) => `/mcp-console/jobs/${id}`,
  commands: (session) =>
    sections
      .filter(({ permission }) => mayUse(session.user, permission))
      .map(({ to, icon, label }) => ({
        id: `mcp-console${to}`,
        label,
        detail: { ja: 'MCP コンソール', en: 'MCP console' },
        icon,
        to,
      })),
})
