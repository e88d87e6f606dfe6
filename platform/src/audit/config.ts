import { z } from 'zod'
import { defineConfig, url, variable } from '../config/index.ts'
import { DEFAULT_WAIVERS } from './waivers.ts'

/** What the audit reads besides what it looks at. */
export const auditConfig = defineConfig({
  waivers: variable('AUDIT_WAIVERS', z.string().min(1).default(DEFAULT_WAIVERS), {
    describe:
      'JSON file of audit findings somebody accepts until a day, from the root of the checkout',
  }),
  schedule: variable(
    'AUDIT_SCHEDULE',
    z
      .string()
      .refine((text) => text === 'off' || /^\S+( \S+){4}$/.test(text), {
        message: 'must be five cron fields such as "0 5 * * *", or off',
      })
      .optional(),
    {
      describe:
        'when files, configuration and database are audited (cron, Asia/Tokyo), or off; unset: 5 o’clock daily in staging and production',
      example: '0 5 * * *',
    },
  ),
  mailTo: variable('AUDIT_MAIL_TO', z.email().optional(), {
    describe: 'who gets the test mail of the live audit; without it the address in MAIL_FROM',
    example: 'operator@example.com',
  }),
  alertmanagerUrl: variable('AUDIT_ALERTMANAGER_URL', url('http', 'https').optional(), {
    describe: 'Alertmanager that the live audit gives a test alert to',
    example: 'http://alertmanager:9093',
  }),
})
