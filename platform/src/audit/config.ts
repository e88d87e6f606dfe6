import { z } from 'zod'
import { defineConfig, variable } from '../config/index.ts'
import { DEFAULT_WAIVERS } from './waivers.ts'

/** What the audit reads besides what it looks at. */
export const auditConfig = defineConfig({
  waivers: variable('AUDIT_WAIVERS', z.string().min(1).default(DEFAULT_WAIVERS), {
    describe:
      'JSON file of audit findings somebody accepts until a day, from the root of the checkout',
  }),
  mailTo: variable('AUDIT_MAIL_TO', z.email().optional(), {
    describe: 'who gets the test mail of the live audit; without it the address in MAIL_FROM',
    example: 'operator@example.com',
  }),
})
