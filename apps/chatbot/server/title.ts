const MAX_CHARS = 40
/** Costly to make; one serves all. */
const graphemes = new Intl.Segmenter('ja')

/**
 * A conversation's title, cut from its first question at a sentence's or a word's end; a question
 * that is only a file is titled by the file.
 */
export function titleFrom(text: string, fileNames: readonly string[]): string {
  const line = text.normalize('NFKC').replace(/\s+/g, ' ').trim()
  if (line === '') return fileNames[0] ?? ''
  const sentence = /^.{4,}?[。？！?!]/u.exec(line)?.[0] ?? line
  if (sentence.length <= MAX_CHARS) return sentence
  const characters = [...graphemes.segment(sentence)].map((part) => part.segment)
  if (characters.length <= MAX_CHARS) return sentence
  const cut = characters.slice(0, MAX_CHARS - 1).join('')
  const space = cut.lastIndexOf(' ')
  return `${space > MAX_CHARS / 2 ? cut.slice(0, space) : cut}…`
}
