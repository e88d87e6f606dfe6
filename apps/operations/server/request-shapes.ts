import { z } from 'zod'

/** What every list takes. */
export const paging = {
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).optional(),
}

/** What every list answers. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() })

export const roleField = z.enum(['user', 'operator', 'admin'])
export const laneField = z.enum(['lite', 'main', 'pro'])
export const idParams = z.object({ id: z.uuid() })
export const nothing = z.null().describe('Done; no body.')

/** A day, or a moment with its zone. */
export const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })])

/** Bodies here are a few short fields, or the wording of one prompt. */
export const SMALL_BODY = 8 * 1024
