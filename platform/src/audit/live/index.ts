import type { LiveCheck } from '../define-check.ts'
import { alertArrives, sentryAccepts } from './alerts.ts'
import { cors, csrf } from './cross-site.ts'
import { defaultPasswords } from './default-passwords.ts'
import { errorArrives, errorsSayNothing, notFound } from './errors.ts'
import {
  apiDocs,
  hiddenFiles,
  methods,
  metricsClosed,
  requestId,
  sourceMaps,
  traversal,
} from './exposure.ts'
import {
  banner,
  csp,
  cspNonce,
  frames,
  hsts,
  nosniff,
  permissionsPolicy,
  referrer,
} from './headers.ts'
import { clockSkew, dataLatency, reachable, ready } from './health.ts'
import { jobRoundTrip } from './jobs.ts'
import { leftNothing } from './leave.ts'
import { bigHeaders, bodyDeclared, bodyStreamed, smuggling } from './limits.ts'
import { metadata, redirects } from './outbound.ts'
import { closedByDefault, compression, privateCaching, sharedAnswers } from './privacy.ts'
import { anonymousSocket, foreignSocket, roundTrip } from './realtime.ts'
import { filesRoundTrip, mailArrives, modelProven } from './round-trips.ts'
import { cookieFlags, fixation, lockout, sameAnswer, signInLimit } from './sign-in.ts'
import { slowBody, slowHeaders } from './slow.ts'
import {
  spoofedAddress,
  spoofedAudit,
  spoofedHost,
  spoofedLimits,
  spoofedProto,
} from './spoofing.ts'
import {
  http2,
  httpsRedirect,
  tlsCiphers,
  tlsExpiry,
  tlsName,
  tlsTrusted,
  tlsVersions,
} from './tls.ts'

/**
 * Every check of the live phase, in the order they run: the first opens connections that wait while
 * the others work, those before the last use limits up, the last clears away.
 */
export const liveChecks: readonly LiveCheck[] = [
  reachable,
  ready,
  hsts,
  csp,
  cspNonce,
  nosniff,
  frames,
  referrer,
  permissionsPolicy,
  banner,
  notFound,
  errorsSayNothing,
  errorArrives,
  sentryAccepts,
  requestId,
  methods,
  traversal,
  hiddenFiles,
  sourceMaps,
  metricsClosed,
  apiDocs,
  bodyDeclared,
  bodyStreamed,
  bigHeaders,
  smuggling,
  spoofedAddress,
  spoofedAudit,
  spoofedLimits,
  spoofedHost,
  spoofedProto,
  cors,
  csrf,
  privateCaching,
  sharedAnswers,
  closedByDefault,
  compression,
  cookieFlags,
  fixation,
  sameAnswer,
  lockout,
  defaultPasswords,
  foreignSocket,
  anonymousSocket,
  roundTrip,
  jobRoundTrip,
  filesRoundTrip,
  mailArrives,
  modelProven,
  alertArrives,
  metadata,
  redirects,
  tlsTrusted,
  tlsName,
  tlsExpiry,
  tlsVersions,
  tlsCiphers,
  http2,
  httpsRedirect,
  clockSkew,
  dataLatency,
  slowHeaders,
  slowBody,
  signInLimit,
  leftNothing,
]
