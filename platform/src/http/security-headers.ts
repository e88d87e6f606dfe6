import type { Profile } from '../config/index.ts'

export type CspSources = Partial<
  Record<'connect-src' | 'img-src' | 'media-src' | 'frame-src' | 'font-src', readonly string[]>
>

/**
 * Headers on every answer, made once (OWASP secure headers). HSTS only where the address is https:
 * a laptop's http://localhost must not be pinned.
 */
export function securityHeaders(profile: Profile, https: boolean): Record<string, string> {
  return {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'strict-origin-when-cross-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=()',
    'cross-origin-resource-policy': 'same-origin',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    ...(https ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
    ...(profile === 'staging' ? { 'x-robots-tag': 'noindex, nofollow' } : {}),
  }
}

/** What only a document has use for; every byte of a header is sent with every answer. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = Object.freeze({
  'permissions-policy':
    'camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()',
  'cross-origin-opener-policy': 'same-origin',
  'x-permitted-cross-domain-policies': 'none',
  'x-dns-prefetch-control': 'off',
  'origin-agent-cluster': '?1',
})

/** The policy of a page: scripts and styles by nonce, sources as declared, never `*`. */
export function pagePolicy(nonce: string, sources: CspSources): string {
  const extra = (name: keyof CspSources) => (sources[name] ?? []).map((item) => ` ${item}`).join('')
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    `img-src 'self' data: blob:${extra('img-src')}`,
    `font-src 'self'${extra('font-src')}`,
    `connect-src 'self'${extra('connect-src')}`,
    `media-src 'self'${extra('media-src')}`,
    `frame-src ${extra('frame-src').trim() || "'none'"}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ')
}
