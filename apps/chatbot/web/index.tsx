import { api } from '@minato/web/api'
import { type Command, defineWebApp, type Notice } from '@minato/web/app'
import { queryClient } from '@minato/web/session'
import { IconMessage2, IconMessage2Plus, IconTextPlus } from '@tabler/icons-react'
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import type en from './messages/en.ts'
import type { Conversation, ListPage } from './shapes.ts'

declare module '@minato/web/messages' {
  interface MessageNamespaces {
    chatbot: typeof en
  }
}

const chat = lazyRouteComponent(() => import('./chat-layout.tsx'), 'ChatLayout')
const start = lazyRouteComponent(() => import('./new-conversation.tsx'), 'NewConversation')
const conversation = lazyRouteComponent(() => import('./conversation-page.tsx'), 'ConversationPage')
const prompts = lazyRouteComponent(() => import('./prompts/prompts-page.tsx'), 'PromptsPage')

const newConversation = { ja: '新規の会話', en: 'New conversation' }

export default defineWebApp({
  name: 'chatbot',
  navigation: {
    label: { ja: 'チャット', en: 'Chat' },
    icon: IconMessage2,
    path: '/chatbot',
    order: 10,
    summary: {
      ja: '資料を添えて、ふだんの言葉で質問できます。',
      en: 'Ask in your own words, about your own documents.',
    },
    nextStep: { label: { ja: '質問する', en: 'Ask' }, path: '/chatbot' },
  },
  routes: (parent) => {
    const layout = createRoute({ getParentRoute: () => parent, id: 'chat', component: chat })
    const page = (path: string, component: typeof chat) =>
      createRoute({ getParentRoute: () => layout, path, component })
    return [
      layout.addChildren([page('/chatbot', start), page('/chatbot/$id', conversation)]),
      createRoute({ getParentRoute: () => parent, path: '/chatbot/prompts', component: prompts }),
    ]
  },
  messages: { ja: () => import('./messages/ja.ts'), en: () => import('./messages/en.ts') },
  commands: async (_session, query) => [
    { id: 'chatbot.new', label: newConversation, icon: IconMessage2Plus, to: '/chatbot' },
    {
      id: 'chatbot.prompts',
      label: { ja: 'プロンプトと定型文', en: 'Prompts and shortcuts' },
      icon: IconTextPlus,
      to: '/chatbot/prompts',
    },
    ...(await foundConversations(query.trim())),
  ],
  notices: usageNotices,
})

/** Conversations by their titles and messages, once enough is typed to mean something. */
async function foundConversations(query: string): Promise<Command[]> {
  if (query.length < 2) return []
  const found = await api.get<ListPage<Conversation>>('/api/chatbot/conversations', {
    query: { query, limit: 5 },
  })
  return found.items.map(({ id, title }) => ({
    id: `chatbot.${id}`,
    label: { ja: title || '無題', en: title || 'Untitled' },
    detail: { ja: '会話', en: 'Conversation' },
    icon: IconMessage2,
    to: `/chatbot/${id}`,
  }))
}

async function usageNotices(): Promise<Notice[]> {
  const { usageQuery } = await import('./queries.ts')
  const { ratio, warning } = await queryClient.fetchQuery({ ...usageQuery, staleTime: 60_000 })
  if (!warning) return []
  const percent = `${Math.floor(ratio * 100)} %`
  return [
    {
      id: 'chatbot.usage',
      tone: ratio >= 1 ? 'error' : 'warning',
      title:
        ratio >= 1
          ? { ja: 'チャットの今月の利用上限に達しました', en: 'Chat: monthly limit used up' }
          : {
              ja: `チャットの今月の利用上限の ${percent} に達しています`,
              en: `Chat: ${percent} of the monthly limit is used`,
            },
      to: '/chatbot',
    },
  ]
}
