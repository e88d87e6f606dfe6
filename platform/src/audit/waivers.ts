import { readFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { fail, type Outcome, pass, type StaticCheck } from './define-check.ts'

const waiver = z.strictObject({
  id: z.string().min(1).max(100),
  owner: z.string().trim().min(1).max(200),
  reason: z.string().trim().min(10).max(1000),
  /** The last day it holds. */
  expires: z.iso.date(),
})
const waiverFile = z.array(waiver).max(500)

/** Somebody answers for leaving a finding as it is, until a day. */
export type Waiver = z.infer<typeof waiver>

export type Waivers = {
  file: string
  /** Those that hold today, by check id. */
  active: ReadonlyMap<string, Waiver>
  /** What is wrong with the file itself: a finding of its own. */
  problems: readonly { en: string; ja: string }[]
}

export const DEFAULT_WAIVERS = 'minato-waivers.json'

/**
 * Reads who accepts what until when. A file that cannot be understood waives nothing.
 *
 * @example const waivers = await readWaivers('/srv/minato', 'minato-waivers.json', new Date(), ids)
 */
export async function readWaivers(
  root: string,
  file: string,
  now: Date,
  knownIds: ReadonlySet<string>,
): Promise<Waivers> {
  const path = isAbsolute(file) ? file : join(root, file)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return { file, active: new Map(), problems: [] }
  const parsed = waiverFile.safeParse(parseJson(text))
  if (!parsed.success) {
    const where = parsed.error.issues
      .slice(0, 5)
      .map(({ path: at, message }) => `${at.join('.') || 'file'}: ${message}`)
      .join('; ')
    const en = `The file is not a list of {id, owner, reason (10 characters or more), expires}: ${where}`
    const ja = `{id, owner, reason（10 文字以上）, expires} の一覧になっていません: ${where}`
    return { file, active: new Map(), problems: [{ en, ja }] }
  }
  return sortOut(file, parsed.data, now.toISOString().slice(0, 10), knownIds)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function sortOut(
  file: string,
  list: readonly Waiver[],
  today: string,
  knownIds: ReadonlySet<string>,
): Waivers {
  const active = new Map<string, Waiver>()
  const problems: { en: string; ja: string }[] = []
  for (const entry of list) {
    const { id, owner, expires } = entry
    if (expires < today) {
      problems.push({
        en: `The waiver of ${id} expired on ${expires} (owner ${owner}).`,
        ja: `${id} の免除は ${expires} に期限切れです（担当 ${owner}）。`,
      })
    } else if (!knownIds.has(id)) {
      problems.push({
        en: `The waiver of ${id} names a check that does not exist.`,
        ja: `${id} という検査は存在しません。`,
      })
    } else if (id === WAIVERS_ID) {
      problems.push({
        en: `${id} cannot be waived.`,
        ja: `${id} は免除できません。`,
      })
    } else active.set(id, entry)
  }
  return { file, active, problems }
}

const WAIVERS_ID = 'audit.waivers'

/** The check of the waivers themselves: it runs whatever phase was asked for. */
export function waiversCheck(waivers: Waivers): StaticCheck {
  return {
    id: WAIVERS_ID,
    phase: 'static',
    severity: 'high',
    title: { en: 'Every waiver still holds', ja: '免除がすべて有効である' },
    why: {
      en: 'A waiver is a promise with an end. Past its day nobody answers for the risk.',
      ja: '免除は期限付きの約束です。期限を過ぎたリスクには責任者がいません。',
    },
    mend: {
      en: 'Mend what was waived, or have its owner set a new day in minato-waivers.json; remove entries of checks that no longer exist.',
      ja: '免除した項目を直すか、担当者が minato-waivers.json の期限を改めます。存在しない検査の項目は削除します。',
    },
    minutes: 15,
    run: () => judge(waivers),
  }
}

function judge({ file, active, problems }: Waivers): Outcome {
  if (problems.length > 0) {
    const evidence = {
      en: problems.map(({ en }) => en).join(' '),
      ja: problems.map(({ ja }) => ja).join(' '),
    }
    return fail(evidence, { file })
  }
  if (active.size === 0) return pass('No waivers.', '免除はありません。')
  const days = [...active.values()].map(({ id, expires }) => `${id} (${expires})`).join(', ')
  return pass(`Valid waivers: ${days}.`, `有効な免除: ${days}。`)
}
