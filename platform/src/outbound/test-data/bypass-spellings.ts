import { INSIDE, IPV6, LOOPBACK, NAMES } from './bypass-addresses.ts'
import { PARSERS, SCHEMES, UNICODE } from './bypass-parsers.ts'

/**
 * Spellings that have got past other filters, gathered from the public lists: PayloadsAllTheThings,
 * cujanovic/SSRF-Testing, bugbounty-cheatsheet, PortSwigger's URL validation sheet, Orange Tsai's
 * "A New Era of SSRF", request-filtering-agent, ssrf_filter, private-ip. By kind; all of them must be
 * refused.
 */
export const BYPASS_SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  loopback: LOOPBACK,
  ipv6: IPV6,
  inside: INSIDE,
  names: NAMES,
  parsers: PARSERS,
  unicode: UNICODE,
  schemes: SCHEMES,
}
