import { Agent, type IncomingMessage, request } from 'node:http'

const agent = new Agent({ keepAlive: true, maxSockets: 2000 })

const SILENT_MS = 30_000

export type Door = {
  name: string
  url: string
  headers: Record<string, string>
  body: string | Buffer
  /** What the first event with text of the answer has in it. */
  firstToken: string
}

export type Answer = { firstTokenMs: number; totalMs: number; text: string; maxGapMs: number }

type Reading = {
  /** Keeps the answer's bytes. */
  keep?: boolean
  /** Ends the reading before the answer's end. */
  signal?: AbortSignal
}

/** Asks once and reads the answer to its end. */
export function askOnce(door: Door, reading: Reading = {}): Promise<Answer> {
  const startedAt = performance.now()
  return new Promise((resolve, reject) => {
    const sent = request(
      door.url,
      {
        agent,
        method: 'POST',
        headers: { ...door.headers, 'content-length': Buffer.byteLength(door.body) },
      },
      (response) => readAnswer(response, door, startedAt, reading).then(resolve, reject),
    )
    // Whatever goes wrong, the bench comes to its end: silence counts as a broken answer.
    sent.setTimeout(SILENT_MS, () => sent.destroy(new Error(`${door.name} fell silent.`)))
    sent.on('error', reject)
    sent.end(door.body)
  })
}

async function readAnswer(
  response: IncomingMessage,
  door: Door,
  startedAt: number,
  { keep = false, signal }: Reading,
): Promise<Answer> {
  let firstAt = 0
  let lastAt = 0
  let maxGapMs = 0
  let text = ''
  response.setEncoding('utf8')
  for await (const chunk of response as AsyncIterable<string>) {
    const now = performance.now()
    if (keep || response.statusCode !== 200) text += chunk
    if (firstAt === 0 && chunk.includes(door.firstToken)) firstAt = now
    else if (firstAt > 0) maxGapMs = Math.max(maxGapMs, now - lastAt)
    lastAt = now
    if (signal?.aborted) break
  }
  if (response.statusCode !== 200) {
    throw new Error(`${door.name} answered ${response.statusCode}: ${text.slice(0, 300)}`)
  }
  if (firstAt === 0) throw new Error(`${door.name} gave no token: … ${text.slice(-120)}`)
  const totalMs = performance.now() - startedAt
  return { firstTokenMs: firstAt - startedAt, totalMs, text, maxGapMs }
}

const QUESTION = 'Which berth is free on Tuesday, and who keeps the list?'

/** The model or anything that speaks as it does. */
export function completions(
  name: string,
  base: string,
  key: string,
  options: { model: string; stream: boolean },
): Door {
  return {
    name,
    url: `${base}/chat/completions`,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...options, messages: [{ role: 'user', content: QUESTION }] }),
    firstToken: options.stream ? '"delta":{"content":"' : '"choices"',
  }
}

const BOUNDARY = 'bench-3f1c2a'

/** A question in a conversation; each opens a branch, so that all are equally long. */
export function conversation(url: string, key: string, id: string): Door {
  const field = (name: string, value: string) =>
    `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  return {
    name: 'Minato, conversation',
    url: `${url}/api/chatbot/conversations/${id}/messages`,
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
    },
    body: `${field('parentId', 'root')}${field('text', QUESTION)}--${BOUNDARY}--\r\n`,
    firstToken: 'event: delta',
  }
}

export async function newConversations(url: string, key: string, count: number): Promise<string[]> {
  const ids: string[] = []
  while (ids.length < count) {
    const batch = Array.from({ length: Math.min(20, count - ids.length) }, async () => {
      const response = await fetch(`${url}/api/chatbot/conversations`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: '{}',
      })
      const made = (await response.json()) as { id: string }
      if (!response.ok) throw new Error(`No conversation: ${JSON.stringify(made)}`)
      return made.id
    })
    ids.push(...(await Promise.all(batch)))
  }
  return ids
}
