import { z } from 'zod'
import { defineConfig, variable } from '../config/index.ts'
import { DEFAULT_WAIVERS } from './waivers.ts'

/** What the audit reads besides what it looks at. */
export const auditConfig = defineConfig({
  waivers: variable('AUDIT_WAIVERS', z.string().min(1).default(DEFAULT_WAIVERS), {
    describe:
      'JSON file of audit findings somebody accepts until a day, from the root of the checkout',
  }),
})
