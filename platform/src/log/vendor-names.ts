import { entropy } from './entropy.ts'
import { readKey } from './key-values.ts'
import type { Scan } from './scan-state.ts'
import { bareEnd, quotedEnd } from './value-end.ts'
import { isPlaceholder } from './value-shape.ts'

/**
 * Keys without a shape of their own: thirty-two letters and digits are a secret only beside the vendor's name. The name,
 * then the shapes its keys have.
 */
const U = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const VENDORS: Record<string, string> = {
  adafruit: '[a-z0-9_-]{32}',
  adobe: '[a-f0-9]{32}',
  airtable: '[a-z0-9]{17}',
  algolia: '[a-z0-9]{32}',
  alibaba: '[a-z0-9]{30}',
  artifactory: '[a-z0-9]{64,73}',
  asana: '[a-z0-9]{32}|[0-9]/[0-9]{10,}(?::[a-z0-9]{32})?',
  atlassian: '[a-z0-9]{24}',
  beamer: 'b_[a-z0-9=_-]{44}',
  bintray: '[a-z0-9]{64,73}|[a-f0-9]{40}',
  bitbucket: '[a-z0-9]{32}|[a-z0-9=_-]{64}',
  bittrex: '[a-z0-9]{32}',
  cloudflare: '[a-z0-9_-]{40}|[a-f0-9]{37}',
  codecov: `[a-z0-9]{32}|${U}`,
  cohere: '[a-z0-9]{40}',
  co_api_key: '[a-z0-9]{40}',
  coinbase: '[a-z0-9_-]{64}',
  confluence: '[a-z0-9]{24}',
  confluent: '[a-z0-9]{16}|[a-z0-9]{64}',
  contentful: '[a-z0-9=_-]{43}',
  datadog: '[a-z0-9]{40}|[a-f0-9]{32}',
  discord: '[a-f0-9]{64}|[a-z0-9=_-]{32}|[mno][\\w-]{23,27}\\.[\\w-]{6}\\.[\\w-]{27,40}',
  droneci: '[a-z0-9]{32}',
  dropbox: '[a-z0-9]{15}|[a-z0-9]{11}a{10}[a-z0-9_=-]{43}|sl\\.[a-z0-9=_-]{130,}',
  etsy: '[a-z0-9]{24}',
  facebook: '[a-f0-9]{32}',
  fastly: '[a-z0-9=_-]{32}',
  finicity: '[a-f0-9]{32}|[a-z0-9]{20}',
  finnhub: '[a-z0-9]{20}',
  flickr: '[a-z0-9]{32}',
  freshbooks: '[a-z0-9]{64}',
  gitter: '[a-z0-9_-]{40}',
  gocardless: 'live_[a-z0-9=_-]{40}',
  // Small letters only: capitals are the sample of the manual.
  heroku: `(?-i:${U})`,
  hubspot: U,
  intercom: '[a-z0-9=_-]{60}',
  jfrog: '[a-z0-9]{64,73}',
  jira: '[a-z0-9]{24}',
  kraken: '[a-z0-9/=_+-]{80,90}',
  kucoin: `[a-f0-9]{24}|${U}`,
  launchdarkly: '[a-z0-9=_-]{40}',
  linear: '[a-f0-9]{32}',
  linkedin: '[a-z0-9]{14}|[a-z0-9]{16}',
  linked_in: '[a-z0-9]{14}|[a-z0-9]{16}',
  'linked-in': '[a-z0-9]{14}|[a-z0-9]{16}',
  lob: '(?:live|test)_(?:pub_)?[a-f0-9]{31,35}',
  mailchimp: '[a-f0-9]{32}-us[0-9]{1,2}',
  mailgun: '(?:pub)?key-[a-f0-9]{32}|[a-h0-9]{32}-[a-h0-9]{8}-[a-h0-9]{8}',
  mapbox: 'pk\\.[a-z0-9]{60}\\.[a-z0-9]{22}',
  mattermost: '[a-z0-9]{26}',
  meraki: '[0-9a-f]{40}',
  messagebird: `[a-z0-9]{25}|${U}`,
  message_bird: `[a-z0-9]{25}|${U}`,
  'message-bird': `[a-z0-9]{25}|${U}`,
  netlify: '[a-z0-9=_-]{40,46}',
  newrelic: '[a-z0-9]{64}|[a-f0-9]{40}',
  new_relic: '[a-z0-9]{64}|[a-f0-9]{40}',
  'new-relic': '[a-z0-9]{64}|[a-f0-9]{40}',
  nytimes: '[a-z0-9=_-]{32}',
  okta: '00[\\w=-]{40}',
  opsgenie: U,
  plaid: '[a-z0-9]{24}|[a-z0-9]{30}',
  privateai: '[a-z0-9]{32}',
  private_ai: '[a-z0-9]{32}',
  'private-ai': '[a-z0-9]{32}',
  rapidapi: '[a-z0-9_-]{50}',
  sendbird: `${U}|[a-f0-9]{40}`,
  sentry: '[a-f0-9]{64}',
  contribsys__com: '[a-f0-9]{8}:[a-f0-9]{8}',
  snyk: U,
  sonar: '[a-z0-9=_-]{40}',
  sourcegraph: '[a-f0-9]{40}',
  squarespace: U,
  sumo: 'su[a-z0-9]{12}|[a-z0-9]{64}',
  telegr: '[0-9]{5,16}:a[\\w-]{34}',
  travis: '[a-z0-9]{22}',
  twilio: '[a-f0-9]{32}',
  twitch: '[a-z0-9]{30}',
  twitter:
    '[a-z0-9]{25}|[a-z0-9]{45}|[a-z0-9]{50}|[0-9]{15,25}-[a-z0-9]{20,40}|a{22}[a-z0-9%]{80,100}',
  typeform: 'tfp_[\\w.=-]{59}',
  xray: '[a-z0-9]{64,73}',
  yandex: 't1\\.[\\w-]+={0,2}\\.[\\w-]{86}={0,2}|aqvn[\\w-]{35,38}|yc[\\w-]{38}',
  zendesk: '[a-z0-9]{40}',
}

const shapes = new Map(
  Object.entries(VENDORS).map(([name, shape]) => [name, new RegExp(`^(?:${shape})$`, 'i')]),
)

export const VENDOR_NAMES = [...shapes.keys()]

/** The rest of the name, then an operator: `_API_KEY=`, ` token: `, `.initialize(`. */
const BESIDE =
  /([ \t\w.-]{0,24}?)\\{0,7}['"`]?[ \t]{0,3}(?:[<>?+.|:]{1,3}=|=>|[=:>(,])(?:\\{0,7}['"`]|[ \t=]){0,4}/y
/** The value is a digest or an identifier, not a key. */
const NEUTRAL =
  /sha|md5|digest|hash|checksum|commit|etag|revision|trace|span|request|event|build|account_?id|version|url/i

/** Masks a key that stands right after its vendor's name. */
export function readVendorName(scan: Scan, start: number, end: number): number {
  // `krakenToken`: the name itself may say enough.
  const byKey = readKey(scan, start, end)
  if (byKey > 0) return byKey
  const { text } = scan
  const shape = shapes.get(text.slice(start, end).toLowerCase())
  BESIDE.lastIndex = end
  const beside = BESIDE.exec(text)
  if (shape === undefined || beside === null || NEUTRAL.test(beside[1] ?? '')) return 0
  const from = BESIDE.lastIndex
  const mark = /\\*["'`]$/.exec(text.slice(Math.max(0, from - 8), from))?.[0]
  const to = mark === undefined ? bareEnd(scan, from, false) : quotedEnd(scan, from, mark)
  if (to - from > 240 || to - from < 14) return 0
  const value = text.slice(from, to)
  if (!shape.test(value) || isPlaceholder(value)) return 0
  if (!/\d/.test(value) || entropy(value) < 2.8) return 0
  return scan.mask(from, to)
}
