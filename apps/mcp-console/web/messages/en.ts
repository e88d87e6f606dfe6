import catalog from './en/catalog.ts'
import configuration from './en/configuration.ts'
import gateway from './en/gateway.ts'
import inspector from './en/inspector.ts'
import jobs from './en/jobs.ts'
import remote from './en/remote.ts'
import servers from './en/servers.ts'
import sessions from './en/sessions.ts'
import vault from './en/vault.ts'

export default {
  title: 'MCP console',
  sections: 'Parts of the MCP console',
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
