import type { Gateway } from './gateway.ts'
import type { Notification } from './json-rpc.ts'
import type { ListKind } from './listings.ts'
import { joinUri } from './naming.ts'

/** Tells clients what servers said to all. */
export const spread = {
  /** A list became another: every client whose profile has the server reads it again. */
  changed(gateway: Gateway, ref: string, kind: ListKind): void {
    const message = { jsonrpc: '2.0' as const, method: `notifications/${kind}/list_changed` }
    for (const session of gateway.sessions.all()) {
      const profile = gateway.profiles.known(session.profileId)
      if (session.stream === undefined || profile === undefined) continue
      if (profile.active.some((server) => server.ref === ref))
        gateway.sessions.tell(session, message)
    }
  },
  /** A resource changed: told to the sessions that subscribed to it. */
  resourceUpdated(gateway: Gateway, ref: string, notification: Notification): void {
    const uri = notification.params?.['uri']
    if (typeof uri !== 'string') return
    for (const session of gateway.sessions.all()) {
      if (session.subscriptions.length === 0) continue
      const profile = gateway.profiles.known(session.profileId)
      const server = profile?.active.find((one) => one.ref === ref)
      if (server === undefined) continue
      const shown = joinUri(server.prefix, uri)
      if (!session.subscriptions.includes(shown)) continue
      gateway.sessions.tell(session, { ...notification, params: { uri: shown } })
    }
  },
}
