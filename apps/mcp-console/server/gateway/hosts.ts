import type { FastifyRequest } from 'fastify'
import type { ConsoleServices } from '../config.ts'
import { gatewayErrors } from './errors.ts'

const PORT = /:\d+$/
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/

/**
 * Refuses requests that a browser sends for a page whose name was pointed at this machine (DNS
 * rebinding, CWE-350): Host, and Origin where there is one, must be names this gateway has.
 * @throws {MinatoError} MCP_CONSOLE_ORIGIN_REFUSED
 */
export function createHostCheck(services: ConsoleServices) {
  const { publicUrl, profile, config, appConfig } = services
  const origins = [publicUrl, ...config.http.allowedOrigins].filter((one) => URL.canParse(one))
  const hosts = new Set(origins.map((one) => new URL(one).host))
  const named = new Set(appConfig.gatewayHosts.map((one) => one.toLowerCase()))
  const laptop = profile === 'development' || profile === 'test'
  // A name given without a port stands for all of its ports.
  const isNamed = (host: string): boolean => named.has(host) || named.has(host.replace(PORT, ''))
  const known = (host: string): boolean =>
    hosts.has(host) || isNamed(host) || (laptop && LOOPBACK.test(host))
  return ({ headers }: FastifyRequest): void => {
    const { host = '', origin } = headers
    if (!known(host.toLowerCase())) throw gatewayErrors.MCP_CONSOLE_ORIGIN_REFUSED()
    if (origin === undefined) return
    const from = URL.canParse(origin) ? new URL(origin).host : ''
    if (!known(from)) throw gatewayErrors.MCP_CONSOLE_ORIGIN_REFUSED()
  }
}
