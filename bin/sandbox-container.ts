// The stand-ins in a container of their own, for trials of the production stack (profile `sandbox`).
// They serve loopback names only, so that no web page can reach them on a laptop; here other
// containers must, and no browser can: two doors lead in, one for HTTP (4010), one for mail (1025).
import { createServer as createHttp, request } from 'node:http'
import { connect, createServer as createTcp } from 'node:net'
import { startSandbox } from '../sandbox/index.ts'

const HTTP_DOOR = 4010
const MAIL_DOOR = 1025

const sandbox = await startSandbox({
  tokensPerSecond: Number(process.env['SANDBOX_TOKENS_PER_SECOND'] ?? 60),
})
const inner = new URL(sandbox.url)
const mail = new URL(sandbox.smtpUrl)

const http = createHttp((incoming, outgoing) => {
  const headers = { ...incoming.headers, host: inner.host }
  const { method, url: path } = incoming
  const passed = request({ host: inner.hostname, port: inner.port, method, path, headers })
  passed.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  passed.on('error', () =>
    outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end(),
  )
  outgoing.on('close', () => passed.destroy())
  incoming.pipe(passed)
}).listen(HTTP_DOOR, '0.0.0.0')

const smtp = createTcp((outside) => {
  const inside = connect(Number(mail.port), mail.hostname)
  for (const [from, to] of [
    [outside, inside],
    [inside, outside],
  ] as const) {
    from.pipe(to)
    from.on('error', () => to.destroy())
  }
}).listen(MAIL_DOOR, '0.0.0.0')

// Whoever steers the scenarios reads the token here.
process.stdout.write(`${JSON.stringify({ controlToken: sandbox.controlToken })}\n`)

async function stop(): Promise<void> {
  http.close()
  smtp.close()
  http.closeAllConnections()
  await sandbox.close()
  process.exit(0)
}
process.once('SIGTERM', () => void stop())
process.once('SIGINT', () => void stop())
