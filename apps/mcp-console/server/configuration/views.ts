import { z } from 'zod'

export const fieldError = z.object({ path: z.string(), code: z.string(), message: z.string() })

export const versionSummary = z.object({
  version: z.number(),
  note: z.string(),
  restoredFrom: z.number().nullable(),
  author: z.string().nullable(),
  createdAt: z.string().nullable(),
})

export const versionView = versionSummary.extend({
  document: z.record(z.string(), z.unknown()),
})
