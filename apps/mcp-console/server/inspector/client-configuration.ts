export const CLIENTS = ['claude-desktop', 'vscode', 'cursor'] as const
export type ClientName = (typeof CLIENTS)[number]

type Copied = {
  client: ClientName
  /** Where the text belongs. */
  file: string
  /** JSON to paste; the key is the person's to fill in. */
  text: string
}

/**
 * The configuration that a client needs to use this address. Keys are never written into it: VS Code
 * asks for one, Cursor reads the environment, Claude Desktop passes one to its bridge.
 */
export function clientConfiguration(client: ClientName, name: string, url: string): Copied {
  const { file, value } = MAKERS[client](name, url)
  return { client, file, text: `${JSON.stringify(value, null, 2)}\n` }
}

type Made = { file: string; value: object }
const VARIABLE = 'MINATO_API_KEY'

const MAKERS: Record<ClientName, (name: string, url: string) => Made> = {
  // Claude Desktop starts programs only; mcp-remote speaks Streamable HTTP for it.
  'claude-desktop': (name, url) => ({
    file: 'claude_desktop_config.json',
    value: {
      mcpServers: {
        [name]: {
          command: 'npx',
          // A space inside an argument is lost on Windows, so it goes through the environment.
          args: ['-y', 'mcp-remote', url, '--header', `Authorization:\${AUTH_HEADER}`],
          env: { AUTH_HEADER: `Bearer <${VARIABLE}>` },
        },
      },
    },
  }),
  vscode: (name, url) => ({
    file: '.vscode/mcp.json',
    value: {
      inputs: [
        { type: 'promptString', id: 'minato-key', description: 'Minato API key', password: true },
      ],
      servers: {
        [name]: {
          type: 'http',
          url,
          headers: { Authorization: `Bearer \${input:minato-key}` },
        },
      },
    },
  }),
  cursor: (name, url) => ({
    file: '.cursor/mcp.json',
    value: {
      mcpServers: {
        [name]: { url, headers: { Authorization: `Bearer \${env:${VARIABLE}}` } },
      },
    },
  }),
}
