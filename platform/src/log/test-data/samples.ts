import { hash } from 'node:crypto'

/**
 * Values of the shapes that secrets have, made from their name alone: the same in every run, and none of them stands in
 * the repository, where scanners of secrets would rightly stop at it.
 */
const DIGITS = '0123456789'
const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()
const ALPHABETS: Record<string, string> = {
  d: DIGITS,
  h: '0123456789abcdef',
  a: LOWER + UPPER,
  n: LOWER + DIGITS,
  N: UPPER + DIGITS,
  x: LOWER + UPPER + DIGITS,
  u: `${LOWER}${UPPER}${DIGITS}_-`,
  b: `${LOWER}${UPPER}${DIGITS}+/`,
  s: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  e: 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L',
}

/** Literal text, with `<count><alphabet>` in angle brackets: `ghp_<36x>`. */
const SHAPES: Record<string, string> = {
  mixed: '<28x>',
  hex32: '<32h>',
  hex37: '<37h>',
  hex40: '<40h>',
  hex64: '<64h>',
  uuid: '<8h>-<4h>-4<3h>-a<3h>-<12h>',
  b64: '<86b>==',
  b64url: '<43u>',
  b64long: '<180b>',
  base36x30: '<30n>',
  base36x32: '<32n>',
  base36x40: '<40n>',
  aws: 'AKIA<16s>',
  awsSecret: '<40x>',
  google: 'AIza<35x>',
  googleOauth: 'GOCSPX-<28x>',
  azureAd: '<3x>8Q~<34x>',
  azureStorage: '<76x>+ASt<5x>A==',
  github: 'ghp_<36x>',
  githubFine: 'github_pat_<22x>_<59x>',
  gitlab: 'glpat-<20x>',
  gitlabRunner: 'glrt-<20x>',
  slackBot: 'xoxb-<12d>-<12d>-<24x>',
  slackUser: 'xoxp-<12d>-<12d>-<12d>-<32h>',
  slackApp: 'xapp-1-A<10N>-<13d>-<64h>',
  slackHook: 'https://hooks.slack.com/services/T<8N>/B<8N>/<24x>',
  stripe: 'sk_live_<24x>',
  stripeRestricted: 'rk_live_<24x>',
  twilio: 'SK<32h>',
  sendgrid: 'SG.<22x>.<43x>',
  sendinblue: 'xkeysib-<64h>-<16n>',
  openai: 'sk-<20x>T3BlbkFJ<20x>',
  openaiProject: 'sk-proj-<74u>T3BlbkFJ<74u>',
  anthropic: 'sk-ant-api03-<93x>AA',
  huggingface: 'hf_<34a>',
  groq: 'gsk_<52x>',
  perplexity: 'pplx-<48x>',
  replicate: 'r8_<37x>',
  xai: 'xai-<80x>',
  npm: 'npm_<36x>',
  pypi: 'pypi-AgEIcHlwaS5vcmc<70x>',
  rubygems: 'rubygems_<48h>',
  docker: 'dckr_pat_<27x>',
  digitalocean: 'dop_v1_<64h>',
  shopify: 'shpat_<32h>',
  square: 'sq0atp-<22x>',
  telegram: '<9d>:AA<33x>',
  discord: 'https://discord.com/api/webhooks/<18d>/<68x>',
  newrelic: 'NRAK-<27N>',
  atlassian: 'ATATT3<186x>',
  linear: 'lin_api_<40x>',
  notion: 'ntn_<11d><35x>',
  age: 'AGE-SECRET-KEY-1<58e>',
  vault: 'hvs.<95x>',
  vaultOld: 's.7<23x>',
  terraform: '<14x>.atlasv1.<64x>',
  doppler: 'dp.pt.<43x>',
  grafana: 'glsa_<32x>_<8h>',
  grafanaCloud: 'glc_<60x>',
  databricks: 'dapi<32h>',
  cloudflareCa: 'v1.0-<24h>-<146h>',
  heroku: 'HRKU-AA<58x>',
  mailgun: 'key-<32h>',
  mailchimp: '<32h>-us12',
  postman: 'PMAK-<24h>-<34h>',
  planetscale: 'pscale_tkn_<43x>',
  pulumi: 'pul-<40h>',
  dynatrace: 'dt0c01.<24N>.<64N>',
  sentryUser: 'sntryu_<64h>',
  sentryOrg: 'sntrys_eyJpYXQiO<60x>LCJyZWdpb25fdXJs<40x>_<43x>',
  okta: '00<40x>',
  flyio: 'fo1_<43x>',
  tailscale: 'tskey-auth-<12x>-<32x>',
  figma: 'figd_<40x>',
  airtable: 'pat<14x>.<64h>',
  hubspot: 'pat-na1-<8h>-<4h>-<4h>-<4h>-<12h>',
  duffel: 'duffel_live_<43x>',
  shippo: 'shippo_live_<40h>',
  easypost: 'EZAK<54x>',
  frameio: 'fio-u-<64x>',
  readme: 'rdme_<70n>',
  prefect: 'pnu_<36x>',
  infracost: 'ico-<32x>',
  sourcegraph: 'sgp_<16h>_<40h>',
  artifactory: 'AKCp<69x>',
  clojars: 'CLOJARS_<60n>',
  adobe: 'p8e-<32n>',
  alibaba: 'LTAI<20x>',
  openshift: 'sha256~<43x>',
  minatoKey: 'mnt_<46x>',
  minatoRefresh: 'mnr_<46x>',
  onepassword: 'A3-<6N>-<6N>-<5N>-<5N>-<5N>-<5N>',
  supabase: 'sbp_<40h>',
  vercel: 'vcp_<40x>',
  razorpay: 'rzp_live_<14x>',
  whsec: 'whsec_<32x>',
  mapboxSecret: 'sk.eyJ<80x>.<22x>',
  maxmind: '<6x>_<29x>_mmk',
  typeform: 'tfp_<44x>_<14x>',
  yandex: 'AQVN<36x>',
  facebook: '<15d>|<27x>',
  octopus: 'API-<26N>',
  scalingo: 'tk-us-<48x>',
  intra42: 's-s4t2ud-<64h>',
  snyk: 'snyk_uat.<8h>.<80x>',
}

function characters(name: string, part: number, count: number, alphabet: string): string {
  let out = ''
  for (let block = 0; out.length < count; block++) {
    const bytes = hash('sha512', `${name}/${part}/${block}`, 'buffer')
    for (const byte of bytes) if (out.length < count) out += alphabet[byte % alphabet.length]
  }
  return out
}

/** The value of that name: `sample('github')`. */
export function sample(name: string): string {
  if (name === 'jwt')
    return [
      jwtPart('{"alg":"HS256","typ":"JWT"}'),
      jwtPart('{"sub":"7","iat":1790000000}'),
      characters('jwt', 0, 43, ALPHABETS.u ?? ''),
    ].join('.')
  if (name === 'basic')
    return Buffer.from(`ann:${characters('basic', 0, 14, ALPHABETS.x ?? '')}`).toString('base64')
  const shape = SHAPES[name]
  if (shape === undefined) throw new Error(`No sample "${name}"; add its shape.`)
  let part = 0
  return shape.replace(/<(\d+)(\w)>/g, (_all, count: string, set: string) =>
    characters(name, part++, Number(count), ALPHABETS[set] ?? ''),
  )
}

const jwtPart = (json: string) => Buffer.from(json).toString('base64url')

/** `{{name}}` in a line becomes the value of that name. */
export function expand(line: string): string {
  return line.replace(/\{\{(\w+)\}\}/g, (_all, name: string) => sample(name))
}
