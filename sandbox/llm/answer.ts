import { describeAttachments, withFilesAsText } from './attachments.ts'
import { rankByBigrams } from './bigrams.ts'
import type { Attachment, ChatMessage, ChatRequest, ToolCall } from './chat-request.ts'
import { writeJson } from './json-answer.ts'
import { type Language, languageOf } from './language.ts'
import { obey } from './obey.ts'
import { quoteSources } from './quote.ts'
import { recollect, relatedTurn, saidBy } from './recollection.ts'
import { showcase } from './showcase.ts'
import { readSources, type Sources } from './sources.ts'
import { chooseToolCall, toolResultsOf } from './tool-use.ts'

export type Answer = { text: string; toolCalls: ToolCall[]; refusal: boolean }

export type AnswerOptions = { obey: boolean; violateSchema: boolean; refuse: boolean }

/** Decides what to say. The same messages always give the same answer. */
export async function answer(request: ChatRequest, options: AnswerOptions): Promise<Answer> {
  if (options.refuse) return { text: '', toolCalls: [], refusal: true }
  const messages = await withFilesAsText(request.messages)
  const read = { ...request, messages }
  const obeyed = options.obey ? obey(read) : null
  if (obeyed && obeyed.toolCalls.length > 0) return { ...obeyed, refusal: false }
  if (request.responseFormat.type !== 'text') {
    const text = writeJson(read, { violate: options.violateSchema, filler: obeyed?.text ?? null })
    return { text, toolCalls: [], refusal: false }
  }
  if (obeyed) return { ...obeyed, refusal: false }
  const call = chooseToolCall(read)
  if (call) return { text: '', toolCalls: [call], refusal: false }
  return { text: sayInWords(read), toolCalls: [], refusal: false }
}

function sayInWords(request: ChatRequest): string {
  const { messages } = request
  const last = messages.findLast((message) => message.role === 'user')
  const question = last ? saidBy(last) : ''
  const context = messages.flatMap((message) => message.texts).slice(0, 20)
  const language = languageOf(question, ...context)
  const notice =
    language === 'ja'
      ? `(サンドボックスのモデル ${request.model} の応答です。本物の言語モデルではありません。)`
      : `(This is the sandbox model ${request.model}, not a real language model.)`
  return `${notice}\n\n${substance(messages, question, last?.attachments ?? [], language)}`
}

function substance(
  messages: ChatMessage[],
  question: string,
  attachments: Attachment[],
  language: Language,
): string {
  const results = toolResultsOf(messages)
  if (results.length > 0) return tellResults(results, question, language)
  const recalled = recollect(messages, language)
  if (recalled !== null) return recalled
  const shown = showcase(question, language)
  if (shown !== null) return shown
  const parts: string[] = []
  if (attachments.length > 0) {
    const heading = language === 'ja' ? '添付を受け取りました:' : 'I received:'
    parts.push(`${heading}\n\n${describeAttachments(attachments, language)}`)
  }
  const sources = sourcesOf(messages)
  if (sources.passages.length > 0 || sources.names.length > 0) {
    parts.push(quoteSources(question, sources, language))
  } else if (attachments.some((attachment) => attachment.kind === 'file')) {
    parts.push(
      language === 'ja'
        ? 'このファイルからは文字を読み取れませんでした。'
        : 'I could not read any text from this file.',
    )
  }
  if (parts.length === 0) parts.push(generalReply(messages, question, language))
  return parts.join('\n\n')
}

/** The sources of all turns: a conversation sends its documents again with each question. */
function sourcesOf(messages: ChatMessage[]): Sources {
  const found: Sources = { passages: [], names: [], rest: '' }
  for (const message of messages) {
    if (message.role === 'assistant') continue
    for (const text of message.texts) {
      const sources = readSources(text)
      found.passages.push(...sources.passages)
      found.names.push(...sources.names)
    }
  }
  return { ...found, names: [...new Set(found.names)] }
}

function tellResults(results: string[], question: string, language: Language): string {
  const sources = results.map(readSources)
  const passages = sources.flatMap((source) => source.passages)
  if (rankByBigrams(question, passages, (passage) => passage.text).length > 0) {
    const names = sources.flatMap((source) => source.names)
    return quoteSources(question, { passages, names, rest: '' }, language)
  }
  const heading =
    language === 'ja' ? 'ツールの結果は次のとおりです:' : 'The tool returned the following:'
  const texts = sources.map(({ passages: own, rest }) =>
    own.length > 0 ? own.map((passage) => passage.text).join(' ') : rest,
  )
  return `${heading}\n\n${texts.map((text) => `- ${text.slice(0, MAX_RESULT_CHARS)}`).join('\n')}`
}

const MAX_RESULT_CHARS = 1500
const ECHO_CHARS = 200

function generalReply(messages: ChatMessage[], question: string, language: Language): string {
  const turns = messages.filter((message) => message.role === 'user').length
  const echo = shorten(question)
  const related = relatedTurn(messages)
  if (language === 'ja') {
    const before = related === null ? '' : `先に「${shorten(related)}」と伺いました。`
    return [
      `ご質問「${echo}」を受け取りました。この会話での${turns}回目のご発言です。${before}`,
      'PDFや文書を添えてお尋ねいただくと、最も近い箇所をページ番号とともに引用します。' +
        '本物のモデルにつなぐには、LLM_URL・LLM_API_KEY・LLM_MODEL を設定してください。',
    ].join('\n\n')
  }
  const before = related === null ? '' : ` Before, you said “${shorten(related)}”.`
  return [
    `I received your question “${echo}”. It is message ${turns} of yours in this conversation.${before}`,
    'Attach a PDF or a document and I will quote the nearest passages with their page numbers. ' +
      'Set LLM_URL, LLM_API_KEY and LLM_MODEL to talk to a real model.',
  ].join('\n\n')
}

function shorten(text: string): string {
  return text.length > ECHO_CHARS ? `${text.slice(0, ECHO_CHARS)}…` : text
}
