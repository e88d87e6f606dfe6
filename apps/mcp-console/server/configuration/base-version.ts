import type { FastifyRequest } from 'fastify'
import { configurationErrors } from './errors.ts'

/**
 * The version an edit began with: If-Match, else the body.
 * @throws {MinatoError} MCP_CONSOLE_CONFIGURATION_BASE_MISSING when neither says it
 */
export function baseOf(request: FastifyRequest, inBody: number | undefined): number {
  const header = /^(?:W\/)?"?(\d{1,9})"?$/.exec(request.headers['if-match'] ?? '')?.[1]
  const base = header === undefined ? inBody : Number(header)
  if (base === undefined) throw configurationErrors.MCP_CONSOLE_CONFIGURATION_BASE_MISSING()
  return base
}
