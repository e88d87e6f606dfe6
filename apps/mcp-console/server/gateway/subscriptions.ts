import { holderOf } from './call.ts'
import type { Connection } from './connection.ts'
import type { Gateway } from './gateway.ts'
import { splitUri } from './naming.ts'
import type { Session } from './sessions.ts'

type Subscription = { ref: string; uri: string }

/** What a session listens to, by server and the server's own URI. */
function subscriptionsOf(gateway: Gateway, session: Session): Subscription[] {
  const profile = gateway.profiles.known(session.profileId)
  const only = profile?.byPrefix.get('')
  return session.subscriptions.flatMap((shown) => {
    const { prefix, rest } = splitUri(shown)
    const server = only ?? profile?.byPrefix.get(prefix)
    if (server === undefined) return []
    return { ref: server.ref, uri: only === undefined ? rest : shown }
  })
}

/** A connection was opened, perhaps in place of one that broke: what was subscribed to is again. */
export async function restoreSubscriptions(
  gateway: Gateway,
  ref: string,
  connection: Connection,
  holderId: string | undefined,
): Promise<void> {
  const uris = new Set<string>()
  for (const session of gateway.sessions.all()) {
    if (session.subscriptions.length === 0) continue
    if (holderOf({ gateway, session })?.id !== holderId) continue
    for (const one of subscriptionsOf(gateway, session)) if (one.ref === ref) uris.add(one.uri)
  }
  const { connectTimeoutMs: timeoutMs } = gateway.services.appConfig
  for (const uri of uris) {
    // One that is gone cannot be listened to; the others can.
    await connection
      .request('resources/subscribe', { uri }, { timeoutMs })
      .catch((error: unknown) => logLost(gateway, ref, error))
  }
}

/** A client came back, perhaps to another process than before: this one listens for it from now on. */
export function resumeSubscriptions(gateway: Gateway, session: Session): void {
  const { connectTimeoutMs: timeoutMs } = gateway.services.appConfig
  const holder = holderOf({ gateway, session })
  for (const { ref, uri } of subscriptionsOf(gateway, session)) {
    gateway.pool
      .call(ref, holder, 'resources/subscribe', { uri }, { timeoutMs })
      .catch((error: unknown) => logLost(gateway, ref, error))
  }
}

/** Another process took a subscription of a client whose stream is here. */
export function takeOverSubscriptions(
  gateway: Gateway,
  sessionId: string,
  subscriptions: string[],
): void {
  const session = gateway.sessions.known(sessionId)
  if (session?.stream === undefined || session.subscriptions === subscriptions) return
  session.subscriptions = subscriptions
  resumeSubscriptions(gateway, session)
}

function logLost({ services }: Gateway, server: string, error: unknown): void {
  services.log.info('gateway.subscription_lost', { server, err: error })
}
