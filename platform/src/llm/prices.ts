import { z } from 'zod'
import { parseJson } from './parse-json.ts'

/** USD for one million tokens. */
export type Price = { in: number; out: number }
export type PriceTable = Record<string, Price>

const price = z.object({ in: z.number().min(0), out: z.number().min(0) })

/** JSON text of LLM_PRICES → table. */
export const priceTable = z.string().transform((text, context): PriceTable => {
  const parsed = z.record(z.string().min(1), price).safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  context.addIssue({
    code: 'custom',
    message: 'must be JSON such as {"model":{"in":0.25,"out":2}}, USD for one million tokens',
  })
  return z.NEVER
})

/** Made-up, so that costs show up on a laptop. */
const SANDBOX_PRICES: PriceTable = {
  'sandbox-lite': { in: 0.05, out: 0.2 },
  'sandbox-main': { in: 0.25, out: 1 },
  'sandbox-pro': { in: 1.25, out: 5 },
  'sandbox-obey': { in: 0.25, out: 1 },
  'sandbox-embedding': { in: 0.02, out: 0 },
}

/** `gpt-x-2026-01-31`, `gpt-x-20260131`: a dated release of `gpt-x` has its price. */
const RELEASE_DATE = /[-@](?:\d{4}-\d{2}-\d{2}|\d{8}|latest)$/

/**
 * Finds what a model costs: by its exact name, else by its name without the release date.
 *
 * @example
 * const prices = createPrices({ 'gpt-x': { in: 0.25, out: 2 } })
 * prices.cost('gpt-x', 1_000_000, 0) // { costUsd: 0.25, priceKnown: true }
 */
export function createPrices(configured: PriceTable) {
  const table = new Map(Object.entries({ ...SANDBOX_PRICES, ...configured }))
  const find = (model: string): Price | undefined =>
    table.get(model) ?? table.get(model.replace(RELEASE_DATE, ''))
  return {
    find,
    /** The model whose answers cost most: a reservation must pay for a fallback too. */
    dearest(models: readonly string[]): string {
      const cost = (model: string) => (find(model)?.out ?? 0) + (find(model)?.in ?? 0)
      return models.reduce((a, b) => (cost(b) > cost(a) ? b : a))
    },
    /** Rounded to ten decimals, so that JavaScript and SQL hold the same figure. */
    cost(model: string, inputTokens: number, outputTokens: number) {
      const known = find(model)
      if (known === undefined) return { costUsd: 0, priceKnown: false }
      const costUsd = (inputTokens * known.in + outputTokens * known.out) / 1_000_000
      return { costUsd: Number(costUsd.toFixed(10)), priceKnown: true }
    },
  }
}

export type Prices = ReturnType<typeof createPrices>
