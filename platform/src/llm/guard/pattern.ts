import { foldKana } from './views.ts'

/**
 * Patterns are written over several lines and read without white space, as with the x flag of other languages.
 * A blank in the text is written `_`, which no view contains.
 */
function compact(source: string): string {
  return source.replace(/\s+/g, '').replaceAll('_', ' ')
}

/** A list of alternatives separated by white space. */
export function words(list: string): string {
  return `(?:${list.trim().split(/\s+/).join('|')})`
}

/** A rule's pattern over the Latin view. */
export function latin(source: string): RegExp {
  return new RegExp(compact(source), 'gu')
}

/** A pattern of fair context, without the g flag: it keeps no place between texts. */
export function latinContext(source: string): RegExp {
  return new RegExp(compact(source), 'u')
}

/** A rule's pattern over the Japanese view, where all kana is hiragana and all Latin letters are small. */
export function japanese(source: string): RegExp {
  return new RegExp(foldKana(compact(source)), 'gu')
}

export function japaneseContext(source: string): RegExp {
  return new RegExp(foldKana(compact(source)), 'u')
}

/** Up to n characters of the same sentence, as few as possible. */
export function within(n: number): string {
  return `[^。!?\\n]{0,${n}}?`
}
