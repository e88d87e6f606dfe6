type Waiting<Item, Result> = {
  item: Item
  resolve: (result: Result) => void
  reject: (error: unknown) => void
}

/**
 * Group commit: what arrives while a statement runs goes together into the next one. Alone, an item
 * starts at once; under load a few statements a second carry hundreds of answers.
 *
 * @example
 * const settle = createBatch(async (rows) => { await insertAll(rows); return rows.map(() => true) }, 500)
 * await settle(row)
 */
export function createBatch<Item, Result>(
  run: (items: Item[]) => Promise<Result[]>,
  maxItems: number,
) {
  const waiting: Waiting<Item, Result>[] = []
  let running = false

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      const taken = waiting.splice(0, maxItems)
      try {
        const results = await run(taken.map(({ item }) => item))
        for (const [index, { resolve, reject }] of taken.entries()) {
          const result = results[index]
          if (index < results.length) resolve(result as Result)
          else reject(new Error('The batch gave fewer results than it took items.'))
        }
      } catch (error) {
        for (const { reject } of taken) reject(error)
      }
    }
    running = false
  }

  return (item: Item): Promise<Result> =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (running) return
      running = true
      // After this tick: calls that start together go together from the first statement on.
      queueMicrotask(() => void work())
    })
}
