import type { Bilingual } from '../config/index.ts'
import type { LinkedColumn, LinkedTable } from './linked.ts'
import { needsBigInts, type Observed } from './observe.ts'
import type { Way } from './plan.ts'
import type { BadGroup } from './report.ts'
import { isTime } from './target-type.ts'

/** Words that SQL keeps for itself; as names they work only in quotation marks, in every query. */
const RESERVED = new Set(
  (
    'all analyse analyze and any array as asc asymmetric both case cast check collate column constraint ' +
    'create current_date current_role current_time current_timestamp current_user default deferrable desc ' +
    'distinct do else end except false fetch for foreign from grant group having in initially intersect ' +
    'into lateral leading limit localtime localtimestamp not null offset on only or order placing primary ' +
    'references returning select session_user some symmetric table then to trailing true union unique user ' +
    'using variadic when where window with'
  ).split(' '),
)
/** Milliseconds up to 1971 are more likely seconds. */
const EARLY = 365n * 86_400_000n

/** What a person should know of a table before it is taken over, though nothing in it stops that. */
export function notesOn(
  table: LinkedTable,
  observed: ReadonlyMap<string, Observed>,
  way: Way,
  groups: readonly BadGroup[],
): Bilingual[] {
  const notes: Bilingual[] = []
  const { source, target } = table
  const names = [target.name, ...table.columns.map((column) => column.target.name)]
  const reserved = names.filter((name) => RESERVED.has(name.toLowerCase()))
  if (reserved.length > 0) {
    notes.push({
      en: `Reserved words as names: ${reserved.join(', ')}. They work here; write them in quotation marks in SQL.`,
      ja: `予約語が名前に使われています: ${reserved.join('、')}。SQL では引用符で囲んでください。`,
    })
  }
  if (source.columns.every(({ keyPlace }) => keyPlace === 0)) {
    notes.push({
      en: 'The source has no primary key.',
      ja: '元の表に主キーがありません。',
    })
  }
  if (table.key === undefined) {
    notes.push({
      en: 'The target has no key that the file fills: its rows cannot be told apart. It must be empty at the start.',
      ja: '取り込み先に行を区別できるキーがありません。開始時に空である必要があります。',
    })
  }
  if (source.withoutRowid) notes.push({ en: 'WITHOUT ROWID.', ja: 'WITHOUT ROWID の表です。' })
  if (target.triggers.length > 0) {
    notes.push({
      en: `Triggers fire for every row: ${target.triggers.join(', ')}.`,
      ja: `行ごとにトリガーが実行されます: ${target.triggers.join('、')}。`,
    })
  }
  if (way.kind === 'merge') {
    notes.push({
      en: 'The target has rows already: those of the file that are not there are added by their key.',
      ja: '取り込み先に既に行があります。キーで照合し、ない行だけを追加します。',
    })
  }
  for (const column of table.columns) {
    const seen = observed.get(column.source.name)
    if (seen !== undefined) notes.push(...columnNotes(column, seen, groups))
  }
  return notes
}

function columnNotes(
  { source, target, rule }: LinkedColumn,
  observed: Observed,
  groups: readonly BadGroup[],
): Bilingual[] {
  const notes: Bilingual[] = []
  const { types, least, most } = observed
  const kinds = Object.entries(types).filter(([type, count]) => type !== 'null' && count > 0)
  if (kinds.length > 1) {
    const list = kinds.map(([type, count]) => `${count} ${type}`).join(', ')
    notes.push({
      en: `${source.name} mixes types: ${list}.`,
      ja: `${source.name} は型が混在しています: ${list}。`,
    })
  }
  if (needsBigInts(observed)) {
    notes.push({
      en: `${source.name} holds integers beyond 2^53; they are copied exactly.`,
      ja: `${source.name} は 2^53 を超える整数を含みます。正確に取り込みます。`,
    })
  }
  if (source.generated) {
    notes.push({
      en: `${source.name} is computed in the source; its values are copied.`,
      ja: `${source.name} は生成列です。値を取り込みます。`,
    })
  }
  const asMs = rule.as === undefined || rule.as === 'auto' || rule.as === 'unix-ms'
  if (
    isTime(target.type) &&
    asMs &&
    types.integer > 0 &&
    most !== undefined &&
    least !== undefined
  ) {
    if (least >= 0n && most > 86_400_000n && most < EARLY && !hasBad(groups, source.name)) {
      notes.push({
        en: `${source.name}: as milliseconds all of it lies in 1970. If they are seconds, write as: unix-s.`,
        ja: `${source.name}: ミリ秒として読むとすべて 1970 年になります。秒であれば as: unix-s を指定してください。`,
      })
    }
  }
  return notes
}

function hasBad(groups: readonly BadGroup[], column: string): boolean {
  return groups.some((group) => group.column === column)
}
