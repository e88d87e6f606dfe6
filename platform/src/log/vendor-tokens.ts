/**
 * Keys that can be told by their own shape. `literal` is what the one scan over the line looks for (case-insensitively);
 * `pattern` must then match from the literal's first character. Shapes are those the vendors publish; lengths are lower
 * bounds, since vendors lengthen them without notice. Every quantifier is bounded or over one simple class.
 */
export type VendorToken = { literals: string[]; pattern: RegExp; minEntropy?: number }

const shape = (literals: string, pattern: RegExp, minEntropy?: number): VendorToken => ({
  literals: literals.split(' '),
  pattern: new RegExp(pattern.source, `${pattern.flags}y`),
  ...(minEntropy === undefined ? {} : { minEntropy }),
})

export const VENDOR_TOKENS: VendorToken[] = [
  // This system's own.
  shape('mnt_ mnr_', /mn[tr]_[0-9A-Za-z]{20,}/),
  // Clouds.
  shape('akia asia abia acca aroa aida', /(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])/),
  shape('aiza', /AIza[\w-]{35}/),
  shape('gocspx-', /GOCSPX-[\w-]{20,}/),
  shape('ya29.', /ya29\.[\w-]{20,}/),
  shape('ltai', /LTAI[a-z0-9]{17,24}/i),
  // Code hosting.
  shape('ghp_ gho_ ghu_ ghs_ ghr_', /gh[pousr]_[0-9a-zA-Z]{36,255}/),
  shape('github_pat_', /github_pat_\w{40,255}/),
  shape('glpat-', /glpat-[\w-]{20,300}(?:\.[0-9a-z]{2}[0-9a-z]{7})?/),
  shape('npm_', /npm_[a-z0-9]{36}/i),
  // Models.
  shape('sk-', /sk-(?:ant-|proj-|svcacct-|admin-|or-v1-)[\w-]{20,}|sk-[A-Za-z0-9]{32,}/),
  shape('hf_', /hf_[A-Za-z]{30,}/),
  // Messaging and payment.
  shape('xox', /xox[abeoprs]-[0-9A-Za-z-]{10,}/),
  shape('sk_live_ sk_test_ rk_live_ rk_test_', /[sr]k_(?:live|test)_[a-zA-Z0-9]{10,}/),
  shape('sg.', /SG\.[\w-]{16,32}\.[\w-]{16,64}/),
]
