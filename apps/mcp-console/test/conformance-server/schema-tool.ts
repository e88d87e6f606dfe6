import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { ListToolsRequestSchema, type ListToolsResult } from '@modelcontextprotocol/sdk/types.js'

/** JSON Schema 2020-12 with what zod does not write: anchors, compositions, conditions. */
const TOOL: ListToolsResult['tools'][number] = {
  name: 'json_schema_2020_12_tool',
  description: 'Tool with JSON Schema 2020-12 features',
  inputSchema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: {
      address: {
        $anchor: 'addressDef',
        type: 'object',
        properties: { street: { type: 'string' }, city: { type: 'string' } },
      },
    },
    properties: {
      name: { type: 'string' },
      address: { $ref: '#/$defs/address' },
      contactMethod: { type: 'string', enum: ['phone', 'email'] },
      phone: { type: 'string' },
      email: { type: 'string' },
    },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { required: ['phone'] },
    else: { required: ['email'] },
    additionalProperties: false,
  },
}

type Handlers = Map<string, (request: unknown, extra: unknown) => Promise<ListToolsResult>>

/** Adds the tool to the list the SDK makes; the SDK itself takes schemas of zod only. */
export function addSchemaTool(server: McpServer): void {
  const { _requestHandlers: handlers } = server.server as unknown as { _requestHandlers: Handlers }
  const original = handlers.get('tools/list')
  if (original === undefined) throw new Error('Register a tool first.')
  server.server.setRequestHandler(ListToolsRequestSchema, async (request, extra) => {
    const { tools } = await original(request, extra)
    return { tools: [...tools, TOOL] }
  })
}
