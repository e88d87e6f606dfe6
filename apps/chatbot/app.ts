import { type AppServices, defineApp } from '@minato/platform/app'
import { type AnswerLeases, createAnswerLeases } from './server/answer-leases.ts'
import { chatbotConfig } from './server/config.ts'
import { conversationRoutes } from './server/conversation-routes.ts'
import { demo } from './server/demo.ts'
import { fileRoutes, startFileSweep } from './server/file-routes.ts'
import { assistantPrompt } from './server/instructions.ts'
import { messageRoutes } from './server/message-routes.ts'
import { chatbotMetrics } from './server/metrics.ts'
import { openAiRoutes } from './server/openai-routes.ts'
import { promptRoutes } from './server/prompt-routes.ts'
import { settingsRoutes } from './server/settings-routes.ts'
import { chatbotTables } from './server/store.ts'

type Services = AppServices<(typeof chatbotConfig)['variables']>

export default defineApp({
  name: 'chatbot',
  title: { en: 'Chat', ja: 'チャット' },
  description: {
    en: 'Ask in your own words, about your own documents.',
    ja: '資料を添えて、ふだんの言葉で質問できます。',
  },
  config: chatbotConfig,
  permissions: {
    'chatbot.use': {
      title: { en: 'Use the chat', ja: 'チャットの利用' },
      roles: ['user', 'operator', 'admin'],
    },
    'chatbot.api': {
      title: { en: 'Use the chat by API (/v1)', ja: 'API (/v1) の利用' },
      roles: ['user', 'operator', 'admin'],
    },
    'chatbot.inspect': {
      title: {
        en: "Read other people's conversations (audited)",
        ja: '他の人の会話の閲覧（監査対象）',
      },
      roles: [],
    },
  },
  routes(server, services) {
    services.llm.prompts.register(assistantPrompt)
    const leases = answerLeases(services)
    conversationRoutes(server, services)
    messageRoutes(server, services, leases)
    fileRoutes(server, services)
    settingsRoutes(server, services)
    promptRoutes(server, services)
  },
  rootRoutes: openAiRoutes,
  async worker(services) {
    const stop = startFileSweep({ ...services, db: chatbotTables(services.db) })
    return async () => stop()
  },
  demo,
  metrics: chatbotMetrics,
})

function answerLeases(services: Services): AnswerLeases {
  const leases = createAnswerLeases({ ...services, db: chatbotTables(services.db) })
  services.onClose('chatbot answers', () => leases.close())
  services.metrics.gauge({
    name: 'chatbot_answers_running',
    help: 'Answers this process is writing.',
    collect() {
      this.set(leases.size)
    },
  })
  return leases
}
