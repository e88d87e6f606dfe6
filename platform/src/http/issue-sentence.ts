import type { z } from 'zod'
import type { Bilingual } from '../config/index.ts'

type Issue = z.core.$ZodRawIssue

/** What is wrong with a field as a person would say it; undefined where zod's own wording serves. */
export function issueSentence(issue: Issue): Bilingual | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined || issue.input === null
        ? MISSING
        : WRONG_KIND[issue.expected]
    case 'too_small':
      return tooSmall(issue.origin, Number(issue.minimum), issue.inclusive !== false)
    case 'too_big':
      return tooBig(issue.origin, Number(issue.maximum), issue.inclusive !== false)
    case 'invalid_format':
      return FORMATS[issue.format]
    case 'invalid_value': {
      const values = issue.values.map(String)
      return {
        en: `must be ${values.length > 1 ? 'one of ' : ''}${values.join(', ')}`,
        ja: `${values.join('、')} ${values.length > 1 ? 'のいずれか' : ''}にしてください`,
      }
    }
    case 'unrecognized_keys':
      return {
        en: `unknown: ${issue.keys.join(', ')}`,
        ja: `未知の項目です: ${issue.keys.join('、')}`,
      }
    default:
      return undefined
  }
}

const MISSING: Bilingual = { en: 'is required', ja: '必須です' }

const WRONG_KIND: Record<string, Bilingual> = {
  string: { en: 'must be text', ja: '文字列で指定してください' },
  number: { en: 'must be a number', ja: '数値で指定してください' },
  int: { en: 'must be a whole number', ja: '整数で指定してください' },
  boolean: { en: 'must be true or false', ja: 'true か false で指定してください' },
  array: { en: 'must be a list', ja: '配列で指定してください' },
  object: { en: 'must be an object', ja: 'オブジェクトで指定してください' },
  date: { en: 'must be a date', ja: '日付で指定してください' },
}

const FORMATS: Record<string, Bilingual> = {
  email: { en: 'must be an e-mail address', ja: 'メールアドレスの形式で入力してください' },
  url: { en: 'must be a URL', ja: 'URL の形式で入力してください' },
  uuid: { en: 'must be an id (UUID)', ja: 'ID（UUID）の形式で指定してください' },
  datetime: {
    en: 'must be a time such as 2026-11-22T09:00:00Z',
    ja: '2026-11-22T09:00:00Z のような日時で指定してください',
  },
  date: {
    en: 'must be a date such as 2026-11-22',
    ja: '2026-11-22 のような日付で指定してください',
  },
}

function tooSmall(origin: string, minimum: number, inclusive: boolean): Bilingual | undefined {
  if (origin === 'string') {
    return minimum === 1
      ? { en: 'must not be empty', ja: '入力してください' }
      : { en: `must have at least ${minimum} characters`, ja: `${minimum} 文字以上にしてください` }
  }
  if (origin === 'array' || origin === 'set') {
    return { en: `must have at least ${minimum} items`, ja: `${minimum} 件以上にしてください` }
  }
  if (origin !== 'number' && origin !== 'int') return undefined
  return inclusive
    ? { en: `must be ${minimum} or more`, ja: `${minimum} 以上にしてください` }
    : { en: `must be more than ${minimum}`, ja: `${minimum} より大きくしてください` }
}

function tooBig(origin: string, maximum: number, inclusive: boolean): Bilingual | undefined {
  if (origin === 'string') {
    return {
      en: `must have at most ${maximum} characters`,
      ja: `${maximum} 文字以内にしてください`,
    }
  }
  if (origin === 'array' || origin === 'set') {
    return { en: `must have at most ${maximum} items`, ja: `${maximum} 件以内にしてください` }
  }
  if (origin !== 'number' && origin !== 'int') return undefined
  return inclusive
    ? { en: `must be ${maximum} or less`, ja: `${maximum} 以下にしてください` }
    : { en: `must be less than ${maximum}`, ja: `${maximum} 未満にしてください` }
}
