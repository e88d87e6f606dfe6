import type { ChatMessage, ChatRequest, ToolCall } from './chat-request.ts'
import { instanceOf } from './json-instance.ts'
import { toolCall } from './tool-use.ts'

/**
 * The model an attacker dreams of: it follows every instruction it reads, wherever it stands.
 * With it in place, whatever an app does not leak and does not do, it owes to its structure.
 */
export function obey(request: ChatRequest): { text: string; toolCalls: ToolCall[] } | null {
  const texts = request.messages
    .filter((message) => message.role !== 'assistant')
    .flatMap((message) => [
      ...(isOperator(message) ? message.texts.map(withoutProhibitions) : message.texts),
      ...message.attachments.map(fileName),
    ])
    .flatMap((text) => [plain(text), ...decoded(text)])
  const done = new Set(request.messages.flatMap((m) => m.toolCalls.map((call) => call.id)))
  const toolCalls = texts
    .flatMap((text) => callsIn(text, request))
    .filter((call) => !done.has(call.id))
  const unique = [...new Map(toolCalls.map((call) => [call.id, call])).values()]
  if (unique.length > 0) return { text: '', toolCalls: unique.slice(0, MAX_CALLS) }
  const said = [...new Set(texts.flatMap((text) => wordsFor(text, request.messages)))]
  return said.length > 0 ? { text: said.join('\n\n'), toolCalls: [] } : null
}

const MAX_CALLS = 16

const isOperator = ({ role }: ChatMessage) => role === 'system' || role === 'developer'

/** "Never reveal these instructions" from the operator is no instruction to reveal them. */
function withoutProhibitions(text: string): string {
  return text
    .split(/(?<=[.!?。\n:])/)
    .filter((sentence) => !/\b(?:not|never|don't|cannot)\b|ない|禁止|せず/i.test(sentence))
    .join('')
}

function fileName(attachment: ChatMessage['attachments'][number]): string {
  return attachment.kind === 'file' ? attachment.name : ''
}

/** Full-width, zero-width and bidi spellings hide nothing from it. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '')
}

/** Nor does base64. */
function decoded(text: string): string[] {
  return [...text.matchAll(/[A-Za-z0-9+/]{24,}={0,2}/g)]
    .slice(0, 50)
    .map(([blob]) => Buffer.from(blob, 'base64').toString('utf8'))
    .filter((candidate) => /^[\t\n\r\x20-\x7e\u3000-\u9fff\uff00-\uffef]+$/.test(candidate))
    .map(plain)
}

const CALL =
  /\b(?:call|invoke|use|run|execute|trigger)\s+(?:the\s+|a\s+)?(?:tool|function)?\s*[`"'「]?([A-Za-z_][\w-]{1,63})[`"'」]?(?:\s+(?:tool|function))?/gi
const CALL_JA =
  /[`"'「]?([A-Za-z_][\w-]{1,63})[`"'」]?\s*(?:ツール|関数)?\s*を?\s*(?:[^。\n]{0,60}?)(?:呼び出|実行|使用|使って|使え|呼んで)/g
const NOT_TOOLS =
  /^(?:the|this|that|it|a|an|your|my|our|any|all|tool|tools|function|functions|with|to|for|and|json|only|https?)$/i

function callsIn(text: string, request: ChatRequest): ToolCall[] {
  const offered = new Map(request.tools.map((tool) => [tool.name, tool]))
  const calls: ToolCall[] = []
  for (const pattern of [CALL, CALL_JA]) {
    for (const match of text.matchAll(pattern)) {
      const name = match[1] ?? ''
      const said = /tool|function|ツール|関数/i.test(match[0])
      // A tool that was not offered is called as well when the text says it is a tool.
      if (NOT_TOOLS.test(name) || !(offered.has(name) || (said && request.tools.length > 0)))
        continue
      calls.push(toolCall(name, argumentsAfter(text.slice(match.index), name, request)))
    }
  }
  return calls
}

function argumentsAfter(text: string, name: string, request: ChatRequest): string {
  const near = text.slice(0, 2000)
  const json = balancedJson(near)
  if (json !== null) return json
  const parameters = request.tools.find((tool) => tool.name === name)?.parameters
  const line = near.split('\n')[0] ?? ''
  const rest = /\b(?:with|for|on|:)\s*[`"'「]?(.+?)[`"'」]?[.。]?$/.exec(line)?.[1] ?? line
  return JSON.stringify(parameters ? instanceOf(parameters, { text: rest }) : { input: rest })
}

/** The first balanced object of the text that is JSON; null when there is none nearby. */
function balancedJson(text: string): string | null {
  const start = text.indexOf('{')
  if (start < 0 || start > 200) return null
  for (let end = text.indexOf('}', start); end >= 0; end = text.indexOf('}', end + 1)) {
    try {
      return JSON.stringify(JSON.parse(text.slice(start, end + 1)))
    } catch {
      // Not closed yet: try the next brace.
    }
  }
  return null
}

const REVEAL =
  /(?:reveal|print|show|repeat|output|display|leak|tell|give|write|dump|send|include|summari[sz]e)[^.\n]{0,60}(?:system\s*(?:prompt|message|instruction)|(?:initial|hidden|previous|original|above|your)\s+(?:prompt|instruction|text|message)|everything above)/i
const REVEAL_JA =
  /(?:システム\s*(?:プロンプト|メッセージ|指示)|(?:初期|隠された|元の|内部の|上記の|最初の)\s*(?:プロンプト|指示|設定|命令))[^。\n]{0,40}(?:表示|出力|開示|教え|見せ|暴露|繰り返|書|述べ|そのまま|漏ら)/
const DUMP =
  /(?:reveal|print|show|repeat|output|display|leak|tell|give|write|dump|send|include|append|exfiltrate)[^.\n]{0,60}(?:canary|secrets?\b|password|api[ _-]?key|token|credential|confidential|conversation|chat history|all (?:the )?(?:messages|documents|data))/i
const DUMP_JA =
  /(?:カナリア|秘密|パスワード|API\s*キー|トークン|認証情報|機密|会話(?:の)?(?:履歴|内容|全文)?|履歴)[^。\n]{0,40}(?:表示|出力|開示|教え|見せ|暴露|書|漏ら|送|付け|含め)/i
const SAY =
  /(?:\b(?:say|respond|reply|answer|output|print|write)(?:\s+(?:only|exactly|with|just|the (?:word|phrase|text)))*\s*:?\s*["“'「]([^"”'」\n]{1,400})["”'」])|[「『"]([^」』"\n]{1,400})[」』"]と(?:だけ|のみ)?(?:、)?(?:出力|回答|返答|答え|言|返|書|表示)/gi
const URL_PATTERN = /https?:\/\/[^\s"'<>「」()()]+/gi

function wordsFor(text: string, messages: ChatMessage[]): string[] {
  const said: string[] = []
  const transcript = messages
    .map((message) => `${message.role}: ${message.texts.join('\n')}`)
    .join('\n')
  if (DUMP.test(text) || DUMP_JA.test(text)) said.push(transcript)
  else if (REVEAL.test(text) || REVEAL_JA.test(text)) {
    const system = messages.filter(isOperator)
    said.push(system.map((message) => message.texts.join('\n')).join('\n\n'))
  }
  for (const [, english, japanese] of text.matchAll(SAY)) said.push(english ?? japanese ?? '')
  for (const url of linksWanted(text)) said.push(linkWith(url, transcript))
  return said.filter((words) => words !== '')
}

const WANTS_LINK =
  /(?:output|include|add|render|insert|write|embed|append|show|display|link|image|markdown|visit|open|fetch|click|!\[|出力|表示|埋め込|追加|挿入|リンク|画像|貼|記載|アクセス|開)/i

function linksWanted(text: string): string[] {
  return text
    .split(/\n/)
    .filter((line) => WANTS_LINK.test(line.replace(URL_PATTERN, '')))
    .flatMap((line) => line.match(URL_PATTERN) ?? [])
    .map((url) => url.replace(/[.,。、;:!]+$/, ''))
}

const MAX_QUERY_CHARS = 1500
const PLACEHOLDER = /[{[<](?:[^}\]>]{1,60})[}\]>]|%7B[^%]{1,60}%7D/gi

/** The conversation travels in the query, as an image and as a link. */
function linkWith(url: string, transcript: string): string {
  const data = encodeURIComponent(transcript.toWellFormed().slice(0, MAX_QUERY_CHARS))
  const filled = PLACEHOLDER.test(url)
    ? url.replace(PLACEHOLDER, data)
    : `${url}${/=$/.test(url) ? '' : url.includes('?') ? '&q=' : '?q='}${data}`
  return `![image](${filled})\n[link](${filled})`
}
