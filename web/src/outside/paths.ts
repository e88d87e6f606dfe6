/** The pages for people who are not (yet) signed in. */
export const outsidePaths = [
  '/setup',
  '/sign-in',
  '/sign-in/two-factor',
  '/forgot-password',
  '/reset-password',
  '/sign-up',
  '/verify-email',
] as const

export type OutsidePath = (typeof outsidePaths)[number]

export function outsidePath(pathname: string): OutsidePath | undefined {
  const path = pathname.replace(/\/+$/, '')
  return outsidePaths.find((known) => known === path)
}

export function isOutside(pathname: string): boolean {
  return outsidePath(pathname) !== undefined
}

/**
 * Where to go after the sign-in: a page of this origin, or home. Anything else in `?next=` would
 * let a link from outside choose where a fresh session is led (CWE-601).
 */
export function nextPage(search: string, origin: string): string {
  const next = new URLSearchParams(search).get('next') ?? '/'
  if (!next.startsWith('/')) return '/'
  const url = URL.canParse(next, origin) ? new URL(next, origin) : undefined
  if (url === undefined || url.origin !== origin || isOutside(url.pathname)) return '/'
  return url.pathname + url.search + url.hash
}

/** `#token=…` as the mails and the terminal give it. The fragment never reaches a server's log. */
export function tokenOf(hash: string): string {
  return new URLSearchParams(hash.replace(/^#/, '')).get('token') ?? ''
}
