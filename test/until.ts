import { setTimeout as delay } from 'node:timers/promises'

/** Asks again until it is true; fails with `what` after `withinMs`. */
export async function until(
  what: string,
  condition: () => Promise<boolean> | boolean,
  withinMs = 60_000,
): Promise<void> {
  const end = performance.now() + withinMs
  while (performance.now() < end) {
    if (await condition()) return
    await delay(100)
  }
  throw new Error(`Not within ${withinMs / 1000} s: ${what}`)
}
