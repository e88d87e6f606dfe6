import { api } from '@minato/web/api'
import { queryClient } from '@minato/web/session'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type {
  Conversation,
  ListPage,
  Model,
  MonthUsage,
  OpenConversation,
  Prompt,
  Settings,
} from './shapes.ts'

const ROOT = '/api/chatbot'
const lists = ['chatbot', 'conversations']

export type ListFilter = { query: string; archived: boolean }

export const conversationsQuery = ({ query, archived }: ListFilter) =>
  infiniteQueryOptions({
    queryKey: [...lists, { query, archived }],
    queryFn: ({ pageParam, signal }) =>
      api.get<ListPage<Conversation>>(`${ROOT}/conversations`, {
        query: { query: query === '' ? null : query, archived, cursor: pageParam, limit: 30 },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  })

export const conversationQuery = (id: string) =>
  queryOptions({
    queryKey: ['chatbot', 'conversation', id],
    queryFn: ({ signal }) =>
      api.get<OpenConversation>(`${ROOT}/conversations/${encodeURIComponent(id)}`, { signal }),
  })

export const modelsQuery = queryOptions({
  queryKey: ['chatbot', 'models'],
  queryFn: ({ signal }) => api.get<{ items: Model[] }>(`${ROOT}/models`, { signal }),
  staleTime: 5 * 60_000,
})

export const settingsQuery = queryOptions({
  queryKey: ['chatbot', 'settings'],
  queryFn: ({ signal }) => api.get<Settings>(`${ROOT}/settings`, { signal }),
  staleTime: 5 * 60_000,
})

export const promptsQuery = queryOptions({
  queryKey: ['chatbot', 'prompts'],
  queryFn: ({ signal }) => api.get<{ items: Prompt[] }>(`${ROOT}/prompts`, { signal }),
  staleTime: 60_000,
})

export const usageQuery = queryOptions({
  queryKey: ['chatbot', 'usage'],
  queryFn: ({ signal }) => api.get<MonthUsage>(`${ROOT}/usage`, { signal }),
  // An operator may raise the cap while somebody waits before it.
  refetchInterval: 60_000,
})

/** The list has changed: a new title, another order, one more or one less. */
export function refreshLists(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: lists })
}

export async function createConversation(choice: {
  model?: string
  systemPromptId?: string
}): Promise<Conversation> {
  return await api.post<Conversation>(`${ROOT}/conversations`, choice)
}

export type ConversationChange = Partial<
  Pick<Conversation, 'title' | 'pinned' | 'archived' | 'model' | 'systemPromptId'>
>

export async function changeConversation(id: string, change: ConversationChange): Promise<void> {
  const changed = await api.patch<Conversation>(`${ROOT}/conversations/${id}`, change)
  queryClient.setQueryData(conversationQuery(id).queryKey, (old) =>
    old === undefined ? old : { ...old, ...changed },
  )
  await refreshLists()
}

export async function deleteConversation(id: string): Promise<void> {
  await api.delete(`${ROOT}/conversations/${id}`)
  queryClient.removeQueries({ queryKey: conversationQuery(id).queryKey })
  await refreshLists()
}

export const exportAddress = (id: string, format: 'md' | 'json') =>
  `${ROOT}/conversations/${id}/export?format=${format}`

export const fileAddress = (id: string, inline = false) =>
  `${ROOT}/files/${id}${inline ? '?inline=true' : ''}`
