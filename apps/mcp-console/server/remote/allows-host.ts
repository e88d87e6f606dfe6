import { isIP } from 'node:net'

/** One entry of the allow-list, read. */
type HostPattern = { host: string; subdomains: boolean; port: string | undefined }

const PATTERN = /^(\*\.)?([^\s:/?#@[\]*]+)(?::(\d{1,5}))?$/

/**
 * An entry as it is stored: lower case, internationalized names in their ASCII form, no dot at the
 * end. Undefined when it is not `host`, `host:port`, `*.suffix` or `*.suffix:port`.
 *
 * @example
 * normalHostPattern('*.Example.COM') // '*.example.com'
 */
export function normalHostPattern(text: string): string | undefined {
  const pattern = readPattern(text)
  if (pattern === undefined) return undefined
  const { host, subdomains, port } = pattern
  return `${subdomains ? '*.' : ''}${host}${port === undefined ? '' : `:${port}`}`
}

/**
 * True where an entry lets the URL through. An exact host stands for itself, `*.suffix` for what is
 * under it and not for the suffix; the port must be the scheme's own unless the entry names one.
 * IPv6 literals are never let through, and an empty list lets nothing through.
 *
 * @example
 * allowsHost(['*.example.com'], 'https://mcp.example.com/mcp') // true
 */
export function allowsHost(list: readonly string[], url: string | URL): boolean {
  const target = URL.parse(String(url))
  if (target === null || (target.protocol !== 'https:' && target.protocol !== 'http:')) return false
  if (target.username !== '' || target.password !== '') return false
  const host = withoutDot(target.hostname)
  if (host === '' || host.startsWith('[')) return false
  return list.some((entry) => {
    const pattern = readPattern(entry)
    return pattern !== undefined && matches(pattern, host, target)
  })
}

function matches(pattern: HostPattern, host: string, target: URL): boolean {
  // URL leaves the port empty where it is the scheme's own.
  const own = target.protocol === 'https:' ? '443' : '80'
  const port = target.port === '' ? own : target.port
  if (port !== (pattern.port ?? own)) return false
  return pattern.subdomains ? host.endsWith(`.${pattern.host}`) : host === pattern.host
}

function readPattern(text: string): HostPattern | undefined {
  const [, star, name = '', port] = PATTERN.exec(text.trim()) ?? []
  const url = URL.parse(`http://${name}/`)
  if (name === '' || url === null || /%/.test(name)) return undefined
  const host = withoutDot(url.hostname)
  const subdomains = star !== undefined
  const number = port === undefined ? undefined : Number(port)
  if (number !== undefined && (number < 1 || number > 65_535)) return undefined
  // `*.com` would open a whole registry, and an address has no subdomains.
  if (subdomains && (isIP(host) !== 0 || !host.includes('.'))) return undefined
  return { host, subdomains, port: number === undefined ? undefined : String(number) }
}

/** `example.com.` is the absolute spelling of the same name. */
function withoutDot(host: string): string {
  return host.endsWith('.') ? host.slice(0, -1) : host
}
