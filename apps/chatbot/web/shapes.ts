/** What the server answers, as JSON. Times are ISO 8601. */

export type Conversation = {
  id: string
  title: string
  model: string | null
  systemPromptId: string | null
  pinned: boolean
  archived: boolean
  createdAt: string
  updatedAt: string
}

export type StoredFile = {
  id: string
  name: string
  contentType: string
  size: number
  pages: number | null
  hasText: boolean
}

export type TokenUsage = { inputTokens: number; outputTokens: number; costUsd: number }

export type Message = {
  id: string
  parentId: string | null
  role: 'user' | 'assistant'
  content: string
  state: 'streaming' | 'done' | 'stopped' | 'failed' | 'interrupted'
  finishReason: string | null
  errorCode: string | null
  model: string | null
  usage: TokenUsage | null
  leftOut: number
  sources: { title: string; url: string }[]
  files: StoredFile[]
  createdAt: string
  finishedAt: string | null
}

export type OpenConversation = Conversation & { messages: Message[] }

export type ListPage<T> = { items: T[]; nextCursor: string | null }

export type Model = { id: string; isDefault: boolean }

export type Prompt = {
  id: string
  kind: 'system' | 'shortcut'
  name: string
  content: string
  shared: boolean
  own: boolean
}

export type Settings = {
  maxFiles: number
  maxFileBytes: number
  webSearch: boolean
  warnRatio: number
}

export type MonthUsage = TokenUsage & {
  capUsd: number | null
  capTokens: number | null
  ratio: number
  warning: boolean
}
