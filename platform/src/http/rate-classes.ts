import type { Profile } from '../config/index.ts'

/** What a route costs. `none` is for static files, health and metrics. */
export type RateClass =
  | 'read'
  | 'action'
  | 'generation'
  | 'upload'
  | 'anonymous'
  | 'sign-in'
  | 'none'

/** At most `limit` requests in any window of `windowMs`. */
export type Rate = { limit: number; windowMs: number }
export type Rates = Readonly<Record<Exclude<RateClass, 'none'>, Rate>>

/** Another limit for the routes of one app or for one person, by e-mail address. */
export type RateOverride = {
  kind: 'app' | 'user'
  name: string
  rateClass: Exclude<RateClass, 'none'>
  rate: Rate
}

const CLASSES = ['read', 'action', 'generation', 'upload', 'anonymous', 'sign-in'] as const

/** `app:chatbot:generation=5/1m`, `user:batch@example.com:read=6000/1m`. */
export function parseRateOverride(text: string): RateOverride | undefined {
  const match = /^(app|user):([^:=\s]+):([a-z-]+)=(\S+)$/.exec(text)
  const rateClass = CLASSES.find((name) => name === match?.[3])
  const rate = parseRate(match?.[4] ?? '')
  if (match?.[2] === undefined || rateClass === undefined || rate === undefined) return undefined
  const kind = match[1] === 'app' ? 'app' : 'user'
  const name = kind === 'user' ? match[2].toLowerCase() : match[2]
  return { kind, name, rateClass, rate }
}

const UNIT_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `30/1m` → thirty a minute. Undefined when the text is not of that form. */
export function parseRate(text: string): Rate | undefined {
  const match = /^(\d{1,9})\/(\d{1,4})?([smhd])$/.exec(text.trim())
  const unit = UNIT_MS[match?.[3] ?? '']
  const limit = Number(match?.[1])
  if (match === null || unit === undefined || limit === 0) return undefined
  return { limit, windowMs: Number(match[2] ?? 1) * unit }
}

const DEFAULTS: Rates = {
  read: { limit: 600, windowMs: 60_000 },
  action: { limit: 30, windowMs: 60_000 },
  generation: { limit: 10, windowMs: 60_000 },
  upload: { limit: 30, windowMs: 60_000 },
  anonymous: { limit: 100, windowMs: 900_000 },
  'sign-in': { limit: 30, windowMs: 900_000 },
}

/** On a laptop one person is every user and every test: ten times the room, except at the door. */
const LAPTOP_FACTOR = 10

type Overrides = {
  rateRead?: Rate | undefined
  rateAction?: Rate | undefined
  rateGeneration?: Rate | undefined
  rateUpload?: Rate | undefined
  rateAnonymous?: Rate | undefined
  rateSignIn?: Rate | undefined
}

/** The limits in force: the profile's defaults under what the configuration says. */
export function effectiveRates(profile: Profile, overrides: Overrides): Rates {
  const factor = profile === 'development' || profile === 'test' ? LAPTOP_FACTOR : 1
  const scaled = (rate: Rate): Rate => ({ ...rate, limit: rate.limit * factor })
  return {
    read: overrides.rateRead ?? scaled(DEFAULTS.read),
    action: overrides.rateAction ?? scaled(DEFAULTS.action),
    generation: overrides.rateGeneration ?? scaled(DEFAULTS.generation),
    upload: overrides.rateUpload ?? scaled(DEFAULTS.upload),
    anonymous: overrides.rateAnonymous ?? scaled(DEFAULTS.anonymous),
    'sign-in': overrides.rateSignIn ?? DEFAULTS['sign-in'],
  }
}
