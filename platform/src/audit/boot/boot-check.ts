import type { Services } from '../../app/services.ts'
import { type BootCheck, defineCheck } from '../define-check.ts'

/** A check of the parsed configuration and of what was made from it. */
export function bootCheck(check: Omit<BootCheck, 'phase'>): BootCheck {
  return defineCheck<BootCheck>({ ...check, phase: 'boot' })
}

/** Whether there is a server of PostgreSQL to ask, rather than the embedded database. */
export function onPostgres({ config }: Services): boolean {
  return config.data.databaseUrl !== undefined
}

/**
 * A host that is reached without leaving the machine or the stack's own network: loopback, or a name
 * without a dot, as compose gives its services.
 */
export function isInside(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '')
  return (
    name === '' ||
    name === 'localhost' ||
    name === '::1' ||
    /^127\./.test(name) ||
    /^[a-z0-9_-]+$/i.test(name)
  )
}
