import type { Bilingual } from '../config/index.ts'

/** Why a value or row does not fit, and what can be done about it in the map. */
export const REASONS = {
  'bad-utf8': {
    en: 'Its bytes are not UTF-8. Name their encoding in the map (encoding: shift_jis), or onBad.',
    ja: 'UTF-8 として正しくありません。マップで encoding（例: shift_jis）か onBad を指定してください。',
  },
  nul: {
    en: 'It holds a NUL character, which PostgreSQL cannot keep. Set stripNul: true, or onBad.',
    ja: 'NUL 文字を含み、PostgreSQL には保存できません。stripNul: true か onBad を指定してください。',
  },
  empty: {
    en: 'It is an empty text where another type is wanted. Set emptyAsNull: true, or onBad.',
    ja: '空の文字列です。emptyAsNull: true か onBad を指定してください。',
  },
  'wrong-type': {
    en: 'Its type does not fit the column. Choose a conversion (as:), or onBad.',
    ja: '型が列に合いません。変換（as:）か onBad を指定してください。',
  },
  'out-of-range': {
    en: "It is outside of the column's range. Widen the column in a migration, or set onBad.",
    ja: '列の範囲を超えています。マイグレーションで列を広げるか、onBad を指定してください。',
  },
  'would-round': {
    en: 'It has more digits than the column keeps. Set round: true, or onBad.',
    ja: '列の桁数に収まりません。round: true か onBad を指定してください。',
  },
  'not-a-time': {
    en: 'It is no date or time that exists. Choose a conversion (as: unix-s, iso, …), or onBad.',
    ja: '日時として正しくありません。変換（as: unix-s、iso など）か onBad を指定してください。',
  },
  'has-a-time': {
    en: 'It has a time of day and the column keeps the date only. Map it to a timestamptz, or set onBad.',
    ja: '時刻を含みますが、列は日付のみです。timestamptz の列に対応付けるか、onBad を指定してください。',
  },
  'not-json': {
    en: 'It is not JSON that PostgreSQL takes (syntax, NUL or half a surrogate pair). Set onBad.',
    ja: 'PostgreSQL が受け付ける JSON ではありません。onBad を指定してください。',
  },
  'not-in-enum': {
    en: 'The column does not know this value. Translate it in the map (values:), or set onBad.',
    ja: '列の選択肢にない値です。マップの values: で置き換えるか、onBad を指定してください。',
  },
  'too-long': {
    en: 'It is longer than the column. Widen the column in a migration, or set onBad.',
    ja: '列の長さを超えています。マイグレーションで列を広げるか、onBad を指定してください。',
  },
  null: {
    en: 'It is null and the column is not. Set default: …, or onBad: quarantine.',
    ja: '列に NULL は入りません。default: か onBad: quarantine を指定してください。',
  },
  orphan: {
    en: 'The row it refers to is not there (or stays behind). Set onBad: null or quarantine.',
    ja: '参照先の行がありません。onBad: null か quarantine を指定してください。',
  },
  duplicate: {
    en: 'Another row has this key already, as the target compares (perhaps in other case). Set onBad: quarantine: the first stays.',
    ja: '同じキー（大文字小文字の違いを含む）の行が既にあります。onBad: quarantine で最初の行だけを取り込みます。',
  },
  check: {
    en: "The table's own rules refuse the row. Correct it in the source, or set the table's onBad: quarantine.",
    ja: '表の制約に反します。元のデータを直すか、表の onBad: quarantine を指定してください。',
  },
} satisfies Record<string, Bilingual>

export type Reason = keyof typeof REASONS

/** A value that does not fit. The same object for each reason: no allocation in the hot path. */
export class Bad {
  readonly reason: Reason
  constructor(reason: Reason) {
    this.reason = reason
  }
}

const all = new Map<Reason, Bad>()
for (const reason of Object.keys(REASONS) as Reason[]) all.set(reason, new Bad(reason))

export function bad(reason: Reason): Bad {
  return all.get(reason) ?? new Bad(reason)
}
