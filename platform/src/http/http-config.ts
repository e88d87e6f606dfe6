import { z } from 'zod'
import {
  bool,
  bytes,
  defineConfig,
  duration,
  integer,
  list,
  type Problem,
  type Profile,
  variable,
} from '../config/index.ts'
import { isCidr, parseAppRange } from './ip-list.ts'
import { parseRate, parseRateOverride } from './rate-classes.ts'

const cidrs = list.superRefine((items, context) => {
  if (items.every(isCidr)) return
  context.addIssue({ code: 'custom', message: 'must be a list of addresses or CIDR ranges' })
})

/** A proxy that may be anywhere is everybody: callers could then choose their own address. */
const proxies = cidrs.refine((items) => items.every((item) => !item.endsWith('/0')), {
  message: 'must name the proxies themselves: a range of every address would believe everybody',
})

/** Each item by `parse`; one that it does not know spoils the list. */
function listOf<T>(parse: (item: string) => T | undefined, message: string) {
  return list.transform((items, context): T[] => {
    const parsed = items.map(parse).filter((item) => item !== undefined)
    if (parsed.length < items.length) context.addIssue({ code: 'custom', message })
    return parsed
  })
}

const appRanges = listOf(parseAppRange, 'must be like operations=10.0.0.0/8,operations=::1')
const overrides = listOf(
  parseRateOverride,
  'must be like app:chatbot:generation=5/1m,user:batch@example.com:read=6000/1m',
)

const origins = list.superRefine((items, context) => {
  if (items.every((item) => URL.canParse(item) && new URL(item).origin === item)) return
  context.addIssue({
    code: 'custom',
    message: 'must be a list of origins such as https://minato.example.com, without a path',
  })
})

const rate = z.string().transform((text, context) => {
  const parsed = parseRate(text)
  if (parsed !== undefined) return parsed
  context.addIssue({ code: 'custom', message: 'must be count/duration, such as 30/1m' })
  return z.NEVER
})

function rateVariable(name: string, what: string) {
  return variable(name, rate.optional(), {
    describe: `${what}, as count/duration`,
    example: '30/1m',
  })
}

export const httpConfig = defineConfig(
  {
    trustProxy: variable('TRUST_PROXY', proxies.default([]), {
      describe: 'CIDR ranges of the proxies whose X-Forwarded-For is believed',
      example: '10.0.0.0/8',
    }),
    allowedOrigins: variable('ALLOWED_ORIGINS', origins.default([]), {
      describe: 'origins that may call the API from a browser',
      example: 'https://minato.example.com',
    }),
    ipAllow: variable('IP_ALLOW', cidrs.default([]), {
      describe: 'only these addresses or CIDR ranges are served (empty: all)',
    }),
    ipDeny: variable('IP_DENY', cidrs.default([]), {
      describe: 'addresses or CIDR ranges that are refused',
    }),
    ipAllowApps: variable('IP_ALLOW_APPS', appRanges.default([]), {
      describe: 'only these addresses or CIDR ranges may use the routes of an app',
      example: 'operations=10.0.0.0/8',
    }),
    ipDenyApps: variable('IP_DENY_APPS', appRanges.default([]), {
      describe: 'addresses or CIDR ranges that may not use the routes of an app',
      example: 'chatbot=198.51.100.0/24',
    }),
    requestTimeoutMs: variable('HTTP_REQUEST_TIMEOUT', duration.default(120_000), {
      describe: 'how long a request may take to arrive',
    }),
    drainDelayMs: variable('HTTP_DRAIN_DELAY', duration.default(0), {
      describe: 'after not ready, how long to go on accepting, so that a balancer notices',
    }),
    drainDeadlineMs: variable('HTTP_DRAIN_DEADLINE', duration.default(20_000), {
      describe: 'how long running requests and streams may take to finish at shutdown',
    }),
    maxEventLoopDelayMs: variable('HTTP_MAX_EVENT_LOOP_DELAY', duration.default(1500), {
      describe: 'above this delay new requests get 503 with Retry-After',
    }),
    maxRssBytes: variable('HTTP_MAX_RSS', bytes.optional(), {
      describe: 'above this memory the process drains and exits for its supervisor',
      example: '480mb',
    }),
    metricsToken: variable(
      'METRICS_TOKEN',
      z.string().min(16, { message: 'must be at least 16 characters' }).optional(),
      {
        describe:
          'bearer token that /metrics asks for; without it only loopback on a laptop is served',
        secret: true,
      },
    ),
    metricsPort: variable('METRICS_PORT', integer(0, 65_535).optional(), {
      describe: 'serves /metrics on a port of its own, for workers too',
    }),
    metricsHost: variable('METRICS_HOST', z.string().default('127.0.0.1'), {
      describe:
        'address that METRICS_PORT listens on; other than loopback it asks for METRICS_TOKEN',
      example: '0.0.0.0',
    }),
    compress: variable('HTTP_COMPRESS', bool.default(true), {
      describe: 'whether answers are compressed (off where a proxy does it)',
    }),
    rateRead: rateVariable('RATE_READ', 'reads of one caller'),
    rateAction: rateVariable('RATE_ACTION', 'changes by one caller'),
    rateGeneration: rateVariable('RATE_GENERATION', 'model answers asked for by one caller'),
    rateUpload: rateVariable('RATE_UPLOAD', 'uploads by one caller'),
    rateAnonymous: rateVariable('RATE_ANONYMOUS', 'requests without a session from one address'),
    rateSignIn: rateVariable('RATE_SIGN_IN', 'sign-in attempts from one address'),
    rateOverrides: variable('RATE_OVERRIDES', overrides.default([]), {
      describe:
        'other limits for one app or one person: app:NAME or user:EMAIL, class, count/duration',
      example: 'app:chatbot:generation=5/1m,user:batch@example.com:read=6000/1m',
    }),
  },
  {
    check: (values, profile) => [...metricsDemands(values), ...productionDemands(values, profile)],
  },
)

const LOOPBACK = /^(127\.|::1$|localhost$)/

function metricsDemands(values: {
  metricsHost: string
  metricsPort: number | undefined
  metricsToken: unknown
}): Problem[] {
  const { metricsHost, metricsPort, metricsToken } = values
  if (metricsPort === undefined || LOOPBACK.test(metricsHost) || metricsToken !== undefined) {
    return []
  }
  return [
    {
      variable: 'METRICS_TOKEN',
      problem: {
        en: 'is not set, and METRICS_HOST lets other machines ask',
        ja: 'が設定されていませんが、METRICS_HOST により他のマシンから読めます',
      },
      mend: {
        en: 'set it to 16 characters or more and give it to the collector, or remove METRICS_HOST',
        ja: '16 文字以上で設定して収集側にも渡すか、METRICS_HOST を削除してください',
      },
    },
  ]
}

function productionDemands(
  values: { allowedOrigins: readonly string[] },
  profile: Profile,
): Problem[] {
  if (profile !== 'production' && profile !== 'staging') return []
  if (values.allowedOrigins.length > 0) return []
  return [
    {
      variable: 'ALLOWED_ORIGINS',
      problem: { en: 'is not set', ja: 'が設定されていません' },
      mend: {
        en: 'list the origins that may call the API, usually the value of PUBLIC_URL',
        ja: 'API を呼び出せるオリジン（通常は PUBLIC_URL と同じ値）を設定してください',
      },
    },
  ]
}
