import type { Translation } from '@minato/web/messages'
import type en from './en.ts'
import catalog from './ja/catalog.ts'
import configuration from './ja/configuration.ts'
import gateway from './ja/gateway.ts'
import inspector from './ja/inspector.ts'
import jobs from './ja/jobs.ts'
import remote from './ja/remote.ts'
import servers from './ja/servers.ts'
import sessions from './ja/sessions.ts'
import vault from './ja/vault.ts'

const ja: Translation<typeof en> = {
  title: 'MCP コンソール',
  sections: 'MCP コンソールの機能',
  catalog,
  configuration,
  gateway,
  inspector,
  jobs,
  remote,
  servers,
  sessions,
  vault,
}
export default ja
