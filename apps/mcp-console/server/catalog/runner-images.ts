import { isImage } from './image.ts'

export type RunnerKind = 'npm' | 'pypi'

/** `npm=image,pypi=image` of the configuration; what is not of that form is not a runner. */
export function runnerImages(entries: readonly string[]): ReadonlyMap<RunnerKind, string> {
  const found = new Map<RunnerKind, string>()
  for (const entry of entries) {
    const [kind, image = ''] = [
      entry.slice(0, entry.indexOf('=')),
      entry.slice(entry.indexOf('=') + 1),
    ]
    if ((kind === 'npm' || kind === 'pypi') && isImage(image)) found.set(kind, image)
  }
  return found
}

/** What a runner image is told to run: the package in exactly this version. */
export function runnerCommand(kind: RunnerKind, identifier: string, version: string): string[] {
  const exact = version === '' ? identifier : `${identifier}@${version}`
  return kind === 'npm' ? ['npx', '-y', exact] : ['uvx', exact]
}
