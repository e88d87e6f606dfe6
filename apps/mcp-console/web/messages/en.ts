import catalog from './en/catalog.ts'
import jobs from './en/jobs.ts'
import servers from './en/servers.ts'
import vault from './en/vault.ts'

export default {
  title: 'MCP console',
  sections: 'Parts of the MCP console',
  catalog,
  jobs,
  servers,
  vault,
}
