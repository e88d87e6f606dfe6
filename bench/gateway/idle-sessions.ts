import { request } from 'node:http'

/** Sessions as a client opens them: the handshake, then the stream on which it listens. */
export async function openIdleSessions(
  url: string,
  key: string,
  count: number,
): Promise<AsyncDisposable & { open(): number }> {
  const closing: (() => void)[] = []
  let open = 0
  for (let index = 0; index < count; index += 1) {
    const session = await begin(url, key)
    const stream = request(url, {
      headers: {
        authorization: `Bearer ${key}`,
        accept: 'text/event-stream',
        'mcp-session-id': session,
      },
      agent: false,
    })
    await new Promise<void>((resolve, reject) => {
      stream.on('error', reject)
      stream.on('response', (answer) => {
        if (answer.statusCode !== 200) reject(new Error(`No stream: ${answer.statusCode}`))
        answer.resume()
        answer.on('error', () => undefined) // ended from this side
        answer.on('close', () => {
          open -= 1
        })
        resolve()
      })
      stream.end()
    })
    open += 1
    closing.push(() => stream.destroy())
  }
  return {
    open: () => open,
    async [Symbol.asyncDispose]() {
      for (const close of closing) close()
    },
  }
}

async function begin(url: string, key: string): Promise<string> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 'idle', version: '1' },
      },
    }),
  })
  await answer.text()
  const session = answer.headers.get('mcp-session-id')
  if (session === null) throw new Error(`No session: ${answer.status}`)
  return session
}
