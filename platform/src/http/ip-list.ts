import { BlockList, isIP } from 'node:net'

/** `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32`. */
export function isCidr(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  if (prefix === undefined) return true
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128)
}

/** A matcher for a list of addresses and ranges; IPv4-mapped IPv6 counts as IPv4. */
export function ipMatcher(items: readonly string[]): (ip: string) => boolean {
  const list = new BlockList()
  for (const item of items) {
    const [address = '', prefix] = item.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return (ip) => {
    const plain = plainAddress(ip)
    const family = isIP(plain)
    return family !== 0 && list.check(plain, family === 6 ? 'ipv6' : 'ipv4')
  }
}

/** One entry of a list that holds for one app: `operations=10.0.0.0/8`. */
export type AppRange = { app: string; range: string }

/** Undefined when the text is not `<app>=<address or range>`. */
export function parseAppRange(text: string): AppRange | undefined {
  const [app = '', range = '', ...rest] = text.split('=')
  return /^[a-z][a-z0-9-]*$/.test(app) && rest.length === 0 && isCidr(range)
    ? { app, range }
    : undefined
}

/**
 * Who may come in: on the allow list or there is none, and not on the deny list; an app's own
 * lists must agree as well.
 */
export function addressRules(lists: {
  ipAllow: readonly string[]
  ipDeny: readonly string[]
  ipAllowApps?: readonly AppRange[]
  ipDenyApps?: readonly AppRange[]
}): (ip: string, app: string | undefined) => boolean {
  const { ipAllowApps = [], ipDenyApps = [] } = lists
  const all = allowedBy(lists.ipAllow, lists.ipDeny)
  const names = new Set([...ipAllowApps, ...ipDenyApps].map(({ app }) => app))
  const rangesOf = (ranges: readonly AppRange[], name: string) =>
    ranges.filter(({ app }) => app === name).map(({ range }) => range)
  const byApp = new Map(
    [...names].map((name) => {
      return [name, allowedBy(rangesOf(ipAllowApps, name), rangesOf(ipDenyApps, name))] as const
    }),
  )
  return (ip, app) => all(ip) && (app === undefined || byApp.get(app)?.(ip) !== false)
}

function allowedBy(allow: readonly string[], deny: readonly string[]): (ip: string) => boolean {
  if (allow.length === 0 && deny.length === 0) return () => true
  const [allowed, denied] = [ipMatcher(allow), ipMatcher(deny)]
  return (ip) => (allow.length === 0 || allowed(ip)) && !denied(ip)
}

/** `::ffff:192.0.2.1` → `192.0.2.1`; everything else as it is. */
export function plainAddress(ip: string): string {
  return ip.startsWith('::ffff:') && ip.includes('.') ? ip.slice(7) : ip
}

/**
 * The key one caller's requests are counted under: an IPv4 address, or the /64 of an IPv6 address,
 * since one household or one virtual machine holds a whole /64.
 */
export function addressKey(ip: string): string {
  const plain = plainAddress(ip)
  if (!plain.includes(':')) return plain
  const [head = '', tail] = plain.split('%', 1)[0]?.split('::') ?? []
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right]
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':')}::/64`
}
