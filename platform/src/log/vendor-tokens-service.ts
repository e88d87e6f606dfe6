import { vendorToken as token, type VendorToken } from './vendor-token.ts'

/** Keys of messengers, mail, payment, shops, monitoring and offices. */
export const SERVICE_TOKENS: VendorToken[] = [
  // Messengers.
  token('xoxb-', /xoxb-(?:[0-9]{8,14}-)(?:[0-9]{10,14}-?)?[a-zA-Z0-9-]{14,}/, {
    minEntropy: 2.8,
    edge: 'open',
  }),
  token('xoxp- xoxe-', /xox[pe](?:-[0-9]{8,14}){3}-[a-zA-Z0-9-]{24,}/, { edge: 'open' }),
  token('xoxe.xox', /xoxe\.xox[bp]-\d-[A-Z0-9]{140,}/i, { edge: 'open' }),
  token('xoxe-', /xoxe-\d-[A-Z0-9]{120,}/i, { edge: 'open' }),
  token('xoxo- xoxs-', /xox[os]-\d+-\d+-\d+-[a-fA-F\d]{8,}/, { edge: 'open' }),
  token(
    'xoxa- xoxr-',
    /xox[ar]-(?:\d-)?(?=[a-zA-Z]{0,47}\d)[0-9a-zA-Z]{8,48}(?:-[0-9A-Za-z]{6,})*/,
    { edge: 'open' },
  ),
  token('xoxc- xoxd-', /xox[cd]-[A-Za-z0-9%+/=-]{20,}/, { minEntropy: 3 }),
  token('xapp-', /xapp-\d-[A-Z0-9]{6,}-\d{6,}-[a-z0-9]{16,}/i, { edge: 'open' }),
  token('discord', /discord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks\/\d{15,20}\/[\w-]{60,}/i),
  token(
    'hooks.slack.com',
    /hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9+/]{20,}/,
  ),
  token(
    'webhook.office.com',
    /webhook\.office\.com\/webhookb2\/[\w@-]{36,}\/IncomingWebhook\/[a-z0-9]{32}\/[\w-]{36}(?:\/[\w-]{20,})?/i,
  ),
  token('hooks.zapier.com', /hooks\.zapier\.com\/hooks\/catch\/\d{5,}\/[a-z0-9]{6,}/i),
  // Mail.
  token('sg.', /SG\.[\w=-]{16,32}\.[\w=.-]{16,64}|SG\.[a-z0-9=_.-]{66}/i, { edge: 'base64' }),
  token('xkeysib- xsmtpsib-', /x(?:key|smtp)sib-[a-f0-9]{64}-[a-z0-9]{16}/i),
  token('key-', /key-[a-f0-9]{32}(?!\w)/, { minEntropy: 3 }),
  token('-us', /[a-f0-9]{32}-us\d{1,2}(?!\w)/, { lead: 32, minEntropy: 3 }),
  token('md-', /md-[\w-]{22}(?![\w-])/, { minEntropy: 4, edge: 'base64' }),
  token('re_', /re_(?=[A-Za-z_]{0,24}\d)[A-Za-z0-9]{8}_[A-Za-z0-9]{24}(?!\w)/, { minEntropy: 3.5 }),
  token('mlsn.', /mlsn\.[a-f0-9]{64}/),
  // Payment.
  token('sk_ rk_', /[sr]k_(?:test|live|prod)_[a-zA-Z0-9]{10,}/, { edge: 'open' }),
  token('whsec_', /whsec_[A-Za-z0-9+/=]{20,}/, { minEntropy: 3 }),
  token('sq0atp- sq0csp-', /sq0(?:atp|csp)-[\w-]{22,}/),
  token('eaaa', /EAAA(?=[\w-]{0,59}\d)[\w-]{22,60}(?![\w-])/, { minEntropy: 3, edge: 'base64' }),
  token('access_token$', /access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[a-f0-9]{32}/),
  token('flwseck flwpubk', /FLW(?:SECK|PUBK)(?:_TEST)?-[a-h0-9]{12,}(?:-X)?/i, { edge: 'open' }),
  token(
    'access-',
    /access-(?:sandbox|development|production)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i,
  ),
  token('rzp_live_ rzp_test_', /rzp_(?:live|test)_[A-Za-z0-9]{14,}/),
  // Shops, parcels, travel.
  token('shpat_ shpca_ shppa_ shpss_ shptka_', /shp(?:at|ca|pa|ss|tka)_[a-fA-F0-9]{32,}/, {
    edge: 'open',
  }),
  token('ezak eztk', /EZ[AT]K[a-z0-9]{54}(?!\w)/i),
  token('shippo_', /shippo_(?:live|test)_[a-f0-9]{40}/i),
  token('duffel_', /duffel_(?:test|live)_[\w=-]{43}/i, { edge: 'open' }),
  token('live_ test_', /(?:live|test)_(?:pub_)?[a-f0-9]{31,35}(?!\w)/, { minEntropy: 3 }),
  // Telephony and social networks.
  token('sk', /SK[0-9a-fA-F]{32}(?![0-9a-zA-Z])/, { minEntropy: 3, edge: 'base64' }),
  token(':aa', /(?:bot)?\d{8,10}:AA[\w-]{33}(?![\w-])/, {
    lead: 13,
    minEntropy: 3,
    edge: 'base64',
  }),
  token('eaa', /EAA[A-Z][a-z0-9]{80,}/i, { minEntropy: 3.5, edge: 'base64' }),
  token('%7c |', /\d{15,16}(?:\||%7C|%)[\w-]{27,40}(?![\w-])/i, {
    lead: 16,
    minEntropy: 3,
    edge: 'base64',
  }),
  token('aaaaaaaaaaaaaaaaaaaaa', /A{21,22}[a-zA-Z0-9%]{80,110}/, { minEntropy: 3, edge: 'base64' }),
  // Monitoring.
  token('nrak- nrjs- nrii- nraa- nriq-', /NR(?:AK|JS|II|AA|IQ)-[\w-]{19,}/i, { minEntropy: 3 }),
  token('nral', /[a-f0-9]{36}NRAL(?!\w)/, { lead: 36 }),
  token('glc_', /glc_[A-Za-z0-9+/]{32,400}={0,3}/, { minEntropy: 3 }),
  token('glsa_', /glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}/i, { minEntropy: 3 }),
  token('eyjrijoi', /eyJrIjoi[A-Za-z0-9]{70,400}={0,3}/i, { minEntropy: 3, edge: 'base64' }),
  token('sntrys_ sntryu_ sntryi_ sntrya_', /sntry[suia]_[\w+/=-]{40,}/, { minEntropy: 3.5 }),
  token('dt0c01. dt0s', /dt0[cs]\d\d\.[a-z0-9]{24}\.[a-z0-9]{64}/i, {
    minEntropy: 3.5,
    edge: 'open',
  }),
  token('hcaik_ hcaix_ hcxik_ hcxmk_ hcalk_', /hc[ax][ilm][kx]_[a-z0-9]{50,}/i, { minEntropy: 3 }),
  // Offices and everything else.
  token('ntn_', /ntn_[0-9]{11}[A-Za-z0-9]{35}(?!\w)/, { minEntropy: 3.5 }),
  token('secret_', /secret_[A-Za-z0-9]{43}(?!\w)/, { minEntropy: 3.5 }),
  token('lin_api_ lin_oauth_', /lin_(?:api|oauth)_[a-z0-9_]{32,128}/i, { edge: 'open' }),
  token('pat', /pat[A-Za-z0-9]{14}\.[a-f0-9]{64}(?!\w)/, { edge: 'base64' }),
  token('pat-', /pat-(?:na|eu|ap)\d-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i),
  token('pk_', /pk_\d{4,10}_[A-Z0-9]{32}(?!\w)/),
  token('00d', /00D[A-Za-z0-9]{12,15}(?:!|%21)[A-Za-z0-9._]{60,}/, { edge: 'base64' }),
  token('cfpat-', /CFPAT-[\w-]{43}/),
  token('p8e-', /p8e-[a-z0-9]{32}(?!\w)/i),
  token('tfp_', /tfp_[\w.=-]{40,}/, { minEntropy: 3 }),
  token('_mmk', /[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk(?!\w)/, { lead: 36, minEntropy: 3.5 }),
  token('retool_', /retool_[a-z0-9]{26,}/i, { minEntropy: 3 }),
  token('t1.', /t1\.[\w-]{1,400}={0,2}\.[\w-]{86}={0,2}/, { minEntropy: 3, edge: 'base64' }),
  token('aqvn', /AQVN[\w-]{35,38}(?![\w-])/, { minEntropy: 3, edge: 'base64' }),
  token('sdk- mob-', /(?:sdk|mob)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/),
  token('sl.', /sl\.[\w=-]{130,}/, { minEntropy: 3.5, edge: 'base64' }),
  token('sk.eyj tk.eyj', /[st]k\.eyJ[\w-]{30,}\.[\w-]{20,}/),
  token(
    '.acc_ .acc-',
    /(?:sc|ext|scauth|authress)_[a-z0-9]{5,30}\.[a-z0-9]{4,6}\.acc[_-][a-z0-9-]{10,32}\.[a-z0-9+/_=-]{30,120}/i,
    { lead: 46 },
  ),
  token('oauth:', /oauth:[a-z0-9]{30}(?!\w)/, { minEntropy: 3 }),
]
