import { rankByBigrams } from './bigrams.ts'
import type { ChatMessage } from './chat-request.ts'
import type { Language } from './language.ts'
import { readSources } from './sources.ts'

/** A person's turns with quoted sources removed: what was said, not what was attached. */
export function saidBy(message: ChatMessage): string {
  return message.texts
    .map((text) => readSources(text).rest)
    .join('\n')
    .trim()
}

const ASKS_HISTORY =
  /(?:(?<!名)前|さっき|先ほど|最初|直前|これまで)(?:に|の)?、?(?:私|僕)?(?:は|が|の)?(?:何|なに|なん|質問|発言)|(?:何|なん)と(?:言い?|聞き?)(?:ました|った|いた)|what (?:did|have) i (?:say|said|ask|tell|told)|my (?:first|previous|last) (?:question|message)/i

const FACTS: readonly RegExp[] = [
  /\bmy ((?:[\w-]+ ){0,3}[\w-]+) (?:is|are) (?!what|who)([^.!?\n]+)/gi,
  /\b(?:the|our) ((?:pass|code|secret)[ -]?(?:word|phrase|number)) is ([^.!?\n]+)/gi,
  /\b(?:i am|i'm) (called) ([^.!?\n]+)/gi,
  /(?:^|[\s。、!])(?:私の|僕の|俺の|わたしの)?([^\s、。はがの?]{1,16}(?:の[^\s、。はが?]{1,12})?)は[「『]?([^、。!?\n「」『』?]{1,60}?)[」』]?(?:です|だよ|だ|である|といいます|と言います)(?=[。、!\s]|$|よ)/gm,
]

const ASKS_FACT: readonly RegExp[] = [
  /\bwhat(?:'s| is| are| was) my ((?:[\w-]+ ){0,3}[\w-]+)/i,
  /\bwhat(?:'s| is| was) (?:the|our) ((?:pass|code|secret)[ -]?(?:word|phrase|number))/i,
  /(?:私の|僕の|俺の|わたしの)([^\s、。は??]{1,28})(?:は|って|を(?:教え|覚え))/,
  /(合言葉|パスワード|暗号|名前)(?:は|って)(?:何|なに|なん|[??])/,
]

/**
 * Answers from the turns it was given and from nothing else: tests use this to show that two
 * conversations never mix. Returns null when the question is not about the conversation.
 */
export function recollect(messages: ChatMessage[], language: Language): string | null {
  const users = messages.filter((message) => message.role === 'user')
  const turns = users.map(saidBy)
  const question = turns.at(-1) ?? ''
  const earlier = turns.slice(0, -1)
  if (ASKS_HISTORY.test(question)) return tellHistory(earlier, language)
  const topic = topicOf(question)
  if (topic === null) return null
  const value = findFact(earlier, topic)
  if (language === 'ja') {
    return value === null
      ? `この会話では、まだ${topic}を伺っていません。`
      : `この会話で伺った${topic}は「${value}」です。`
  }
  return value === null
    ? `You have not told me your ${topic} in this conversation.`
    : `In this conversation you told me that your ${topic} is ${value}.`
}

function topicOf(question: string): string | null {
  for (const pattern of ASKS_FACT) {
    const topic = pattern.exec(question)?.[1]
    if (topic) return topic.trim()
  }
  return null
}

function findFact(turns: string[], topic: string): string | null {
  let value: string | null = null
  for (const turn of turns) {
    for (const pattern of FACTS) {
      for (const [, name, said] of turn.matchAll(pattern)) {
        const key = name === 'called' ? 'name' : name
        if (key?.toLowerCase() === topic.toLowerCase()) value = said?.trim() ?? value
      }
    }
  }
  return value
}

/** The earlier words of the person that are nearest to the question; the last ones else. */
export function relatedTurn(messages: ChatMessage[]): string | null {
  const turns = messages.filter((message) => message.role === 'user').map(saidBy)
  const earlier = turns.slice(0, -1).filter((turn) => turn !== '')
  const nearest = rankByBigrams(turns.at(-1) ?? '', earlier, (turn) => turn)[0]
  return nearest?.item ?? earlier.at(-1) ?? null
}

function tellHistory(turns: string[], language: Language): string {
  if (turns.length === 0) {
    return language === 'ja'
      ? 'この会話では、これが最初のご発言です。'
      : 'This is the first thing you have said in this conversation.'
  }
  const list = turns.map((turn, index) => `${index + 1}. ${turn.slice(0, 300)}`).join('\n')
  const heading =
    language === 'ja'
      ? `この会話での、これまでのご発言(${turns.length}件)です:`
      : `What you said before in this conversation (${turns.length}):`
  return `${heading}\n\n${list}`
}
