/**
 * Where a link may lead: whole web and mail addresses. `javascript:`, `data:` and addresses within
 * this site (an answer must not press this site's own buttons) stay text.
 */
export function readAddress(address: string): { href: string; host: string } | undefined {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    return undefined
  }
  if (url.protocol === 'mailto:') return { href: url.href, host: url.pathname }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined
  // What stands before the @ only serves to deceive.
  url.username = ''
  url.password = ''
  return { href: url.href, host: url.host }
}
