import { setTimeout as delay } from 'node:timers/promises'
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { CreateMessageResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'

const STEP_MS = 50

/** Tools that speak before they answer: log lines, progress, a question to the client's model. */
export function talkingTools(server: McpServer): void {
  server.registerTool(
    'test_tool_with_logging',
    { description: 'Logs while it runs' },
    async (extra) => {
      const lines = ['Tool execution started', 'Tool processing data', 'Tool execution completed']
      for (const [index, data] of lines.entries()) {
        if (index > 0) await delay(STEP_MS)
        const params = { level: 'info' as const, data }
        await extra.sendNotification({ method: 'notifications/message', params })
      }
      return { content: [{ type: 'text', text: 'Logged three times.' }] }
    },
  )
  server.registerTool(
    'test_tool_with_progress',
    { description: 'Tells how far it is' },
    async (extra) => {
      const progressToken = extra._meta?.progressToken
      for (const progress of [0, 50, 100]) {
        if (progress > 0) await delay(STEP_MS)
        if (progressToken === undefined) continue
        const params = { progressToken, progress, total: 100 }
        await extra.sendNotification({ method: 'notifications/progress', params })
      }
      return { content: [{ type: 'text', text: `Done: ${String(progressToken)}` }] }
    },
  )
  server.registerTool(
    'test_sampling',
    { description: "Asks the client's model", inputSchema: { prompt: z.string() } },
    async ({ prompt }, extra) => {
      const content = { type: 'text' as const, text: prompt }
      const params = { messages: [{ role: 'user' as const, content }], maxTokens: 100 }
      const request = { method: 'sampling/createMessage' as const, params }
      const answer = await extra.sendRequest(request, CreateMessageResultSchema)
      const text = answer.content.type === 'text' ? answer.content.text : ''
      return { content: [{ type: 'text', text: `LLM response: ${text}` }] }
    },
  )
}
