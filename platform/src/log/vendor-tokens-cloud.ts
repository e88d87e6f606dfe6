import { vendorToken as token, type VendorToken } from './vendor-token.ts'

/** Keys of clouds, hosts, databases and vaults, and this system's own. */
export const CLOUD_TOKENS: VendorToken[] = [
  // Minato: API keys and refresh tokens, 40 characters and a checksum of six in base62.
  token('mnt_ mnr_', /mn[tr]_[0-9A-Za-z]{20,}/),
  // Amazon. Ids of users and roles count as well: they name the account.
  token(
    'akia asia abia acca agpa aida aroa aipa anpa anva',
    /(?:AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA)[A-Z0-9]{16}(?![A-Za-z0-9])(?:[\s:,;|/]{1,3}[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=]))?/,
    { minEntropy: 3, edge: 'base64' },
  ),
  token('a3t', /A3T[A-Z0-9][A-Z0-9]{16}(?![A-Za-z0-9])/, { minEntropy: 3, edge: 'base64' }),
  token(
    'iqojb3jpz2lu fwogzxivyxdz fqogzxivyxdz',
    /(?:IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz)[A-Za-z0-9/+]{60,}={0,2}/,
  ),
  token('absk', /ABSK[A-Za-z0-9+/]{109,269}={0,2}/, { minEntropy: 3 }),
  token('bedrock-api-key-', /bedrock-api-key-[A-Za-z0-9+/=_-]{30,}/),
  token('amzn.mws.', /amzn\.mws\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/),
  token('amzn1.application-oa2-client.', /amzn1\.oa2-cs\.v1\.[0-9a-f]{64}/),
  // Google.
  token('aiza', /AIza[\w-]{35}(?!\w)/, { minEntropy: 3, edge: 'base64' }),
  token('gocspx-', /GOCSPX-[\w-]{20,}/),
  token('ya29.', /ya29\.[\w-]{20,}/),
  token('1//0', /1\/\/0[\w-]{40,}/, { edge: 'base64' }),
  // Azure: most are told by a mark in their middle.
  token('q~', /[\w~.]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])/, { lead: 4, minEntropy: 3, edge: 'base64' }),
  token('jqqj9', /[A-Za-z0-9]{52}JQQJ9(?:9|D|H)[A-Za-z0-9]{4,}[A-Za-z0-9+/=]{0,24}/, { lead: 52 }),
  token('+ast', /[A-Za-z0-9+/]{76}\+ASt[A-Za-z0-9+/]{5}[AQgw]==/, { lead: 76, edge: 'base64' }),
  token('acdb', /[A-Za-z0-9+/]{76}ACDb[A-Za-z0-9+/]{5}[AQgw]==/, { lead: 76, edge: 'base64' }),
  token('azse', /[A-Za-z0-9]{42}AzSe[A-D][A-Za-z0-9]{5}(?![A-Za-z0-9])/, {
    lead: 42,
    edge: 'base64',
  }),
  token('azca', /[A-Za-z0-9]{33}AzCa[A-P][A-Za-z0-9]{5}=/, { lead: 33, edge: 'base64' }),
  token('azfu', /[\w-]{44}AzFu[\w-]{4,8}(?:==)?/, { lead: 44, edge: 'base64' }),
  token('+acr', /[A-Za-z0-9+/]{42}\+ACR[A-D][A-Za-z0-9+/]{5}/, { lead: 42, edge: 'base64' }),
  token('azdo', /[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?![A-Za-z0-9])/, { lead: 76, edge: 'base64' }),
  // Other clouds and hosts.
  token('ltai', /LTAI[A-Za-z0-9]{17,24}(?!\w)/, { edge: 'base64' }),
  token('akid', /AKID[A-Za-z0-9]{32}(?!\w)/, { edge: 'base64' }),
  token('aklt', /AKLT[A-Za-z0-9_-]{40,}/, { edge: 'base64' }),
  token('bce-v3/altak-', /bce-v3\/ALTAK-[A-Za-z0-9]{21}\/[a-f0-9]{40}/),
  token('doo_v1_ dop_v1_ dor_v1_', /do[opr]_v1_[a-f0-9]{64}/i, { minEntropy: 3, edge: 'open' }),
  token('fo1_', /fo1_[\w-]{43}(?![\w-])/, { minEntropy: 3.5, edge: 'base64' }),
  token('fm1a_ fm1r_ fm2_', /fm(?:1[ar]|2)_[a-zA-Z0-9+/]{100,}={0,3}/, {
    minEntropy: 4,
    edge: 'base64',
  }),
  token('hrku-aa', /HRKU-AA[0-9a-zA-Z_-]{58}/, { minEntropy: 3.5 }),
  token('rnd_', /rnd_[A-Za-z0-9]{32}(?!\w)/),
  token('vcp_ vci_ vca_ vcr_ vck_', /vc[piark]_[A-Za-z0-9]{20,60}(?!\w)/, { minEntropy: 3 }),
  token('nfp_ nfc_ nfo_', /nf[pco]_[A-Za-z0-9]{32,}(?!\w)/, { minEntropy: 3 }),
  token('v1.0-', /v1\.0-[a-f0-9]{24}-[a-f0-9]{146}/),
  token('cfk_ cfut_ cfat_', /cf(?:k|ut|at)_[A-Za-z0-9]{40,}/, { minEntropy: 3 }),
  token('tk-us-', /tk-us-[\w-]{48}/),
  token('sbp_', /sbp_[a-f0-9]{40}/),
  token('sb_secret_', /sb_secret_[\w-]{20,}/),
  token('napi_', /napi_[a-z0-9]{40,}/i, { minEntropy: 3 }),
  token('tskey-', /tskey-[a-z]{2,20}-[0-9A-Za-z_]{8,40}-[0-9A-Za-z_]{16,60}/),
  token('dnkey-', /dnkey-[a-z0-9=_-]{26}-[a-z0-9=_-]{52}/i),
  // Databases and data platforms.
  token('dapi', /dapi[a-f0-9]{32}(?:-\d)?(?!\w)/i, { minEntropy: 3 }),
  token('pscale_', /pscale_(?:tkn|oauth|pw)_[\w=.-]{32,64}/i, { minEntropy: 3 }),
  token('4b1d', /4b1d[A-Za-z0-9]{38}(?!\w)/, { minEntropy: 3.5, edge: 'base64' }),
  token('mdb_sa_sk_', /mdb_sa_sk_[\w-]{30,}/),
  token('cflt', /cflt[A-Za-z0-9+/]{60}(?!\w)/, { minEntropy: 3.5, edge: 'base64' }),
  token('pcsk_', /pcsk_[A-Za-z0-9]{4,8}_[A-Za-z0-9]{40,}/),
  // Vaults and infrastructure as code.
  token('hvs. hvb. hvr.', /hv[sbr]\.[\w-]{24,300}/, { minEntropy: 3.5 }),
  token('s.', /s\.(?=[A-Za-z]{0,23}[0-9])[A-Za-z0-9]{24}(?![\w.(])/, {
    minEntropy: 3.5,
    edge: 'base64',
  }),
  token('.atlasv1.', /[a-z0-9]{14}\.atlasv1\.[\w=-]{60,70}/i, { lead: 14, minEntropy: 3.5 }),
  token(
    'dp.',
    /dp\.(?:pt|ct|sa|scim|audit|said)\.[a-z0-9]{40,44}(?!\w)|dp\.st\.(?:[\w-]{2,35}\.)?[a-z0-9]{40,44}(?!\w)/i,
  ),
  token('pul-', /pul-[a-f0-9]{40}(?!\w)/),
  token('ops_eyj', /ops_eyJ[\w+/-]{250,}={0,3}/, { minEntropy: 4 }),
  token('a3-', /A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}(?!\w)/, {
    minEntropy: 3.5,
  }),
  token('age-secret-key-', /AGE-SECRET-KEY-(?:PQ-)?1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{40,}/i, {
    edge: 'open',
  }),
  token('swmtkn-1- swmkey-1-', /SWM(?:TKN|KEY)-1-[\w+/-]{40,}/),
  token('sha256~', /sha256~[\w-]{43}(?![\w-])/, { minEntropy: 3.5 }),
]
