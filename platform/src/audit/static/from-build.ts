import { z } from 'zod'
import { defineCheck, PHASES, SEVERITIES, type StaticCheck } from '../define-check.ts'
import type { SourceTree } from './source-tree.ts'

const words = z.object({ en: z.string(), ja: z.string() })
const report = z.object({
  finishedAt: z.string(),
  results: z.array(
    z.object({
      id: z.string(),
      phase: z.enum(PHASES),
      severity: z.enum(SEVERITIES),
      title: words,
      why: words,
      mend: words,
      minutes: z.number(),
      seeds: z.array(z.string()),
      status: z.enum(['pass', 'fail', 'skip']),
      evidence: words,
      place: z
        .object({ file: z.string(), line: z.number(), variable: z.string(), url: z.string() })
        .partial()
        .optional(),
    }),
  ),
})

const PATH = 'audit-static.json'

/**
 * What the build of this image found in its own sources, as checks that say it again; undefined where
 * the sources themselves are here, or no such file.
 * @throws {Error} when the file is not a report of the audit.
 */
export async function checksFromBuild(files: SourceTree): Promise<StaticCheck[] | undefined> {
  if (files.git || (await files.read('package-lock.json')) !== undefined) return undefined
  const text = await files.read(PATH)
  if (text === undefined) return undefined
  const { results, finishedAt } = report.parse(JSON.parse(text))
  return results
    .filter(({ phase, id }) => phase === 'static' && id !== 'audit.waivers')
    .map(({ status, evidence, place, ...check }) => {
      const seen = {
        en: `At the build (${finishedAt}): ${evidence.en}`,
        ja: `ビルド時（${finishedAt}）: ${evidence.ja}`,
      }
      const where = Object.fromEntries(
        Object.entries(place ?? {}).filter(([, value]) => value !== undefined),
      )
      return defineCheck<StaticCheck>({
        ...check,
        phase: 'static',
        run: () =>
          status === 'fail' ? { status, evidence: seen, place: where } : { status, evidence: seen },
      })
    })
}
