import type { Generated } from 'kysely'

export type AnswerState = 'streaming' | 'done' | 'stopped' | 'failed' | 'interrupted'

export type ChatbotTables = {
  'chatbot.system_prompts': {
    id: Generated<string>
    owner_id: string
    kind: 'system' | 'shortcut'
    name: string
    content: string
    shared: boolean
    created_at: Date
    updated_at: Date
  }
  'chatbot.conversations': {
    id: Generated<string>
    owner_id: string
    title: string
    title_set: boolean
    model: string | null
    system_prompt_id: string | null
    pinned: Generated<boolean>
    archived: Generated<boolean>
    created_at: Date
    updated_at: Date
  }
  'chatbot.messages': {
    id: Generated<string>
    conversation_id: string
    parent_id: string | null
    position: Generated<number>
    role: 'user' | 'assistant'
    content: string
    state: AnswerState
    finish_reason: string | null
    error_code: string | null
    model: string | null
    input_tokens: number | null
    output_tokens: number | null
    cost_usd: number | null
    left_out: Generated<number>
    sources: unknown
    lease_owner: string | null
    lease_until: Date | null
    stop_requested: Generated<boolean>
    created_at: Date
    finished_at: Date | null
  }
  'chatbot.files': {
    id: string
    conversation_id: string
    message_id: string
    owner_id: string
    position: number
    name: string
    content_type: string
    size: number
    sha256: string
    storage_key: string
    text: string | null
    pages: number | null
    created_at: Date
  }
  'chatbot.files_to_delete': { storage_key: string; since: Date }
}
