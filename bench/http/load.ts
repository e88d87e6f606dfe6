import { connect, type Socket } from 'node:net'

/**
 * Requests/s of keep-alive connections that each wait for their answer before they ask again.
 *
 * autocannon parses every answer in JavaScript and on this measurement is busier than the servers
 * it measures: it would report its own limit. This client checks the status line and the length
 * of each answer and nothing else.
 * @throws {Error} for any answer that is not a 200.
 */
export async function load(options: {
  url: string
  path: string
  headers: Record<string, string>
  connections: number
  seconds: number
}): Promise<number> {
  const { hostname, port, host } = new URL(options.url)
  const lines = Object.entries({ host, ...options.headers }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  const request = Buffer.from(`GET ${options.path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
  const state = { answers: 0, stopping: false, failure: undefined as Error | undefined }
  const clients = Array.from({ length: options.connections }, () =>
    ask(connect(Number(port), hostname), request, state),
  )
  const started = performance.now()
  setTimeout(() => {
    state.stopping = true
  }, options.seconds * 1000)
  await Promise.all(clients)
  if (state.failure !== undefined) throw state.failure
  return (state.answers * 1000) / (performance.now() - started)
}

type State = { answers: number; stopping: boolean; failure: Error | undefined }

const HEAD_END = Buffer.from('\r\n\r\n')
const OK = Buffer.from('HTTP/1.1 200')

function ask(socket: Socket, request: Buffer, state: State): Promise<void> {
  socket.setNoDelay(true)
  let pending: Buffer = Buffer.alloc(0)
  socket.on('connect', () => socket.write(request))
  socket.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    const length = answerLength(pending)
    if (length === undefined || pending.length < length) return
    if (!pending.subarray(0, OK.length).equals(OK)) {
      state.failure = new Error(`Not a 200: ${pending.toString('latin1').slice(0, 200)}`)
      state.stopping = true
    }
    pending = Buffer.alloc(0)
    state.answers += 1
    if (state.stopping) socket.end()
    else socket.write(request)
  })
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('close', () => resolve())
  })
}

/** Bytes of the whole answer once its head is there. */
function answerLength(bytes: Buffer): number | undefined {
  const end = bytes.indexOf(HEAD_END)
  if (end === -1) return undefined
  const head = bytes.toString('latin1', 0, end)
  const length = /content-length: (\d+)/i.exec(head)?.[1]
  return end + HEAD_END.length + Number(length ?? 0)
}
