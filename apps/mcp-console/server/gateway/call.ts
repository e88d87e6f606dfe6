import type { Principal } from '@minato/platform/http'
import type { ProfileKey, ProfileServer } from '../profiles/profile.ts'
import type { CallHooks } from './connection.ts'
import type { Gateway } from './gateway.ts'
import type { Message, Notification, Request } from './json-rpc.ts'
import { joinUri } from './naming.ts'
import type { Holder } from './pool.ts'
import type { ActiveProfile } from './profile-cache.ts'
import { sanitizeDeep } from './scan.ts'
import type { Session } from './sessions.ts'

/** One request of a client on its way: who asks, through which profile, and how to speak back. */
export type Call = {
  gateway: Gateway
  session: Session
  principal: Principal
  profile: ActiveProfile
  /** What the profile says of the API key in use. */
  key: ProfileKey | undefined
  /** Puts a message before the result; false when the client takes none. */
  say: (message: Message) => boolean
  signal: AbortSignal
  requestBytes: number
}

/** Sessions that can be asked something, or chose a log level, get connections of their own. */
export function holderOf({
  gateway,
  session,
}: Pick<Call, 'gateway' | 'session'>): Holder | undefined {
  const { sampling, elicitation, roots } = session.capabilities
  const asked = sampling !== undefined || elicitation !== undefined || roots !== undefined
  if (!asked && session.logLevel === undefined) return undefined
  session.holder ??= {
    id: session.id,
    capabilities: {
      ...(sampling === undefined ? {} : { sampling }),
      ...(elicitation === undefined ? {} : { elicitation }),
      ...(roots === undefined ? {} : { roots }),
    },
    get logLevel() {
      return session.logLevel
    },
    listens: () => session.stream !== undefined && session.subscriptions.length > 0,
    hear(ref, notification) {
      const server = gateway.profiles
        .known(session.profileId)
        ?.active.find((one) => one.ref === ref)
      const shown = server && FORWARDED.has(notification.method) && shownTo(server, notification)
      if (shown) gateway.sessions.tell(session, shown)
    },
    ask: (_ref, request) => gateway.questions.ask(session, request),
  }
  return session.holder
}

/** List changes are told by comparing lists, not by repeating what a server says of itself. */
const FORWARDED = new Set([
  'notifications/message',
  'notifications/elicitation/complete',
  'notifications/resources/updated',
])

function shownTo({ prefix }: ProfileServer, notification: Notification): Notification {
  const uri = notification.params?.['uri']
  const params =
    typeof uri === 'string'
      ? { ...notification.params, uri: joinUri(prefix, uri) }
      : notification.params
  return sanitizeDeep({ ...notification, ...(params === undefined ? {} : { params }) })
}

/** Where what a server says during the call goes. */
export function hooksOf(call: Call): CallHooks {
  return {
    owner: call.session,
    notify: (notification) => void call.say(sanitizeDeep(notification)),
    ask: (request: Request) => call.gateway.questions.ask(call.session, request, call.say),
  }
}
