import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import {
  type ElicitRequestFormParams,
  ElicitResultSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'

type Form = ElicitRequestFormParams['requestedSchema']
const OPTIONS = ['option1', 'option2', 'option3']
const titled = (words: [string, string][]) =>
  words.map(([value, title]) => ({ const: value, title }))

/** Tools that ask a person. */
export function elicitationTools(server: McpServer): void {
  server.registerTool(
    'test_elicitation',
    { description: 'Asks the person', inputSchema: { message: z.string() } },
    async ({ message }, extra) => {
      const requestedSchema: Form = {
        type: 'object',
        properties: {
          username: { type: 'string', description: "User's response" },
          email: { type: 'string', description: "User's email address" },
        },
        required: ['username', 'email'],
      }
      const request = {
        method: 'elicitation/create' as const,
        params: { mode: 'form' as const, message, requestedSchema },
      }
      const { action, content } = await extra.sendRequest(request, ElicitResultSchema)
      const text = `User response: action=${action}, content=${JSON.stringify(content)}`
      return { content: [{ type: 'text', text }] }
    },
  )
  form(server, 'test_elicitation_sep1034_defaults', {
    type: 'object',
    properties: {
      name: { type: 'string', default: 'John Doe' },
      age: { type: 'integer', default: 30 },
      score: { type: 'number', default: 95.5 },
      status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
      verified: { type: 'boolean', default: true },
    },
    required: [],
  })
  form(server, 'test_elicitation_sep1330_enums', {
    type: 'object',
    properties: {
      untitledSingle: { type: 'string', enum: OPTIONS },
      titledSingle: {
        type: 'string',
        oneOf: titled([
          ['value1', 'First Option'],
          ['value2', 'Second Option'],
          ['value3', 'Third Option'],
        ]),
      },
      legacyEnum: {
        type: 'string',
        enum: ['opt1', 'opt2', 'opt3'],
        enumNames: ['Option One', 'Option Two', 'Option Three'],
      },
      untitledMulti: { type: 'array', items: { type: 'string', enum: OPTIONS } },
      titledMulti: {
        type: 'array',
        items: {
          anyOf: titled([
            ['value1', 'First Choice'],
            ['value2', 'Second Choice'],
            ['value3', 'Third Choice'],
          ]),
        },
      },
    },
    required: [],
  })
}

function form(server: McpServer, name: string, requestedSchema: Form): void {
  server.registerTool(name, { description: `Asks the form of ${name}` }, async (extra) => {
    const params = { mode: 'form' as const, message: 'Please fill in', requestedSchema }
    const request = { method: 'elicitation/create' as const, params }
    const { action, content } = await extra.sendRequest(request, ElicitResultSchema)
    const text = `Elicitation completed: action=${action}, content=${JSON.stringify(content)}`
    return { content: [{ type: 'text', text }] }
  })
}
