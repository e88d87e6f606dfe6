import { completable } from '@modelcontextprotocol/sdk/server/completable.js'
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js'
import {
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import { elicitationTools } from './elicitation-tools.ts'
import { AUDIO, IMAGE } from './media.ts'
import { addSchemaTool } from './schema-tool.ts'
import { talkingTools } from './talking-tools.ts'

/** Everything the conformance suite asks a server for, by the names it uses. */
export function createConformanceServer(): McpServer {
  const server = new McpServer(
    { name: 'conformance-server', version: '1.0.0' },
    { capabilities: { logging: {}, completions: {}, resources: { subscribe: true } } },
  )
  contentTools(server)
  schemaTool(server)
  talkingTools(server)
  elicitationTools(server)
  addSchemaTool(server)
  resources(server)
  prompts(server)
  return server
}

const EMBEDDED = {
  type: 'resource' as const,
  resource: {
    uri: 'test://embedded-resource',
    mimeType: 'text/plain',
    text: 'This is an embedded resource content.',
  },
}
const PICTURE = { type: 'image' as const, data: IMAGE, mimeType: 'image/png' }

function contentTools(server: McpServer): void {
  const tool = (name: string, content: unknown[]): void => {
    server.registerTool(name, { description: `Answers with ${name}` }, async () => ({
      content: content as [],
    }))
  }
  tool('test_simple_text', [{ type: 'text', text: 'This is a simple text response for testing.' }])
  tool('test_image_content', [PICTURE])
  tool('test_audio_content', [{ type: 'audio', data: AUDIO, mimeType: 'audio/wav' }])
  tool('test_embedded_resource', [EMBEDDED])
  tool('test_multiple_content_types', [
    { type: 'text', text: 'Multiple content types test:' },
    PICTURE,
    {
      type: 'resource',
      resource: {
        uri: 'test://mixed-content-resource',
        mimeType: 'application/json',
        text: '{"test":"data","value":123}',
      },
    },
  ])
  server.registerTool('test_error_handling', { description: 'Always fails' }, async () => {
    throw new Error('This tool intentionally returns an error for testing')
  })
}

function schemaTool(server: McpServer): void {
  server.registerTool(
    'echo',
    { description: 'Answers with the message', inputSchema: { message: z.string() } },
    async ({ message }) => ({ content: [{ type: 'text', text: message }] }),
  )
}

function resources(server: McpServer): void {
  const text = (uri: string, name: string, content: string): void => {
    server.registerResource(name, uri, { description: name, mimeType: 'text/plain' }, async () => ({
      contents: [{ uri, mimeType: 'text/plain', text: content }],
    }))
  }
  text('test://static-text', 'static-text', 'This is the content of the static text resource.')
  text('test://watched-resource', 'watched-resource', 'Watched resource content.')
  server.registerResource(
    'static-binary',
    'test://static-binary',
    { description: 'static-binary', mimeType: 'image/png' },
    async () => ({
      contents: [{ uri: 'test://static-binary', mimeType: 'image/png', blob: IMAGE }],
    }),
  )
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { description: 'Data by id', mimeType: 'application/json' },
    async (uri, { id }) => ({
      contents: [
        {
          uri: uri.href,
          mimeType: 'application/json',
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` }),
        },
      ],
    }),
  )
  server.server.setRequestHandler(SubscribeRequestSchema, async () => ({}))
  server.server.setRequestHandler(UnsubscribeRequestSchema, async () => ({}))
}

function prompts(server: McpServer): void {
  const message = (content: unknown) => ({ role: 'user' as const, content: content as never })
  const text = (words: string) => message({ type: 'text', text: words })
  server.registerPrompt('test_simple_prompt', { description: 'Simple' }, async () => ({
    messages: [text('This is a simple prompt for testing.')],
  }))
  server.registerPrompt(
    'test_prompt_with_arguments',
    {
      description: 'With arguments',
      argsSchema: {
        arg1: completable(z.string(), (value) =>
          ['paris', 'park', 'party', 'test'].filter((word) => word.startsWith(value)),
        ),
        arg2: z.string(),
      },
    },
    async ({ arg1, arg2 }) => ({
      messages: [text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)],
    }),
  )
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'With a resource', argsSchema: { resourceUri: z.string() } },
    async ({ resourceUri }) => ({
      messages: [
        message({
          type: 'resource',
          resource: {
            uri: resourceUri,
            mimeType: 'text/plain',
            text: 'Embedded resource content for testing.',
          },
        }),
        text('Please process the embedded resource above.'),
      ],
    }),
  )
  server.registerPrompt('test_prompt_with_image', { description: 'With an image' }, async () => ({
    messages: [message(PICTURE), text('Please analyze the image above.')],
  }))
}
