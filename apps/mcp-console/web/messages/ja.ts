import type { Translation } from '@minato/web/messages'
import type en from './en.ts'
import catalog from './ja/catalog.ts'
import jobs from './ja/jobs.ts'
import servers from './ja/servers.ts'
import vault from './ja/vault.ts'

const ja: Translation<typeof en> = {
  title: 'MCP コンソール',
  sections: 'MCP コンソールの機能',
  catalog,
  jobs,
  servers,
  vault,
}
export default ja
