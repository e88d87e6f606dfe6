import type { VaultItem } from '../vault-item.ts'
import { BwFailure } from './failure.ts'
import { readItem, readItems } from './item-shape.ts'
import { type BwSettings, runBw } from './run-bw.ts'

/**
 * The item of exactly this name or id. The program itself searches, and would give `weather-staging` for `weather`
 * where that is the only one: what it gives is compared.
 *
 * @returns undefined when there is none
 * @throws {BwFailure} item_ambiguous when several have this very name
 */
export async function getItem(
  settings: BwSettings,
  sessionKey: string,
  name: string,
  signal: AbortSignal,
): Promise<VaultItem | undefined> {
  const call = (...args: string[]) =>
    runBw(settings, { args: [...args, '--', name], secrets: { BW_SESSION: sessionKey }, signal })
  try {
    const item = readItem(await call('get', 'item'))
    return isMeant(item, name) ? item : undefined
  } catch (error) {
    if (!(error instanceof BwFailure)) throw error
    if (error.reason === 'item_missing') return undefined
    if (error.reason !== 'item_ambiguous') throw error
  }
  const stdout = await runBw(settings, {
    args: ['list', 'items', `--search=${name}`],
    secrets: { BW_SESSION: sessionKey },
    signal,
  })
  const meant = readItems(stdout).filter((item) => isMeant(item, name))
  if (meant.length > 1) throw new BwFailure('item_ambiguous')
  return meant[0]
}

function isMeant(item: VaultItem, name: string): boolean {
  return item.name === name || item.id === name.toLowerCase()
}
