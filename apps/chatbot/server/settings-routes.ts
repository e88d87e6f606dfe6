import type { RouteServer } from '@minato/platform/app'
import { principalOf } from '@minato/platform/http'
import { z } from 'zod'
import { allowedModels } from './models.ts'
import type { ChatbotServices } from './write-answer.ts'

const READ = { permission: 'chatbot.use', rate: 'read' } as const

/** What a person chooses from, and what they have used. */
export function settingsRoutes(server: RouteServer, services: ChatbotServices): void {
  server.get(
    '/models',
    {
      config: READ,
      schema: {
        response: {
          200: z.object({ items: z.array(z.object({ id: z.string(), isDefault: z.boolean() })) }),
        },
      },
    },
    async () => ({ items: await allowedModels(services) }),
  )
  server.get(
    '/settings',
    {
      config: READ,
      schema: {
        response: {
          200: z.object({
            maxFiles: z.number(),
            maxFileBytes: z.number(),
            webSearch: z.boolean(),
            warnRatio: z.number(),
          }),
        },
      },
    },
    async () => {
      const { maxFiles, maxFileBytes, searchUrl, warnRatio } = services.appConfig
      return { maxFiles, maxFileBytes, webSearch: searchUrl !== undefined, warnRatio }
    },
  )
  usageRoute(server, services)
}

function usageRoute(server: RouteServer, services: ChatbotServices): void {
  const usage = z.object({
    inputTokens: z.number(),
    outputTokens: z.number(),
    costUsd: z.number(),
    capUsd: z.number().nullable(),
    capTokens: z.number().nullable(),
    ratio: z.number(),
    warning: z.boolean(),
  })
  server.get('/usage', { config: READ, schema: { response: { 200: usage } } }, async (request) => {
    const month = await services.llm.usage.month(principalOf(request).userId)
    return { ...month, warning: month.ratio >= services.appConfig.warnRatio }
  })
}
