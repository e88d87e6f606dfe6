import type { ConsoleServices } from '../config.ts'

/** The GitHub token of the vault, when there is one. */
export async function githubToken(_services: ConsoleServices): Promise<string | undefined> {
  return undefined
}
