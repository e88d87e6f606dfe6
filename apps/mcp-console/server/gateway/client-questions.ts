import type { Bus } from './bus.ts'
import {
  type Answer,
  asMessage,
  type Failure,
  METHOD_NOT_FOUND,
  type Message,
  type Request,
  type Result,
  RpcError,
  TIMED_OUT,
} from './json-rpc.ts'
import { sanitizeDeep } from './scan.ts'
import type { Session, Sessions } from './sessions.ts'

/** A person may be asked something, so this is long. */
const ANSWER_WITHIN_MS = 600_000

const CAPABILITY: Record<string, string> = {
  'sampling/createMessage': 'sampling',
  'elicitation/create': 'elicitation',
  'roots/list': 'roots',
}

type Waiting = {
  sessionId: string
  resolve(result: Result): void
  reject(error: Error): void
  timer: NodeJS.Timeout
}

/**
 * What servers ask of clients (a sample of a model, an answer of a person, roots). The answer comes
 * as a request of its own, perhaps to another process: the id says which one waits.
 */
export function createClientQuestions({ bus, sessions }: { bus: Bus; sessions: Sessions }) {
  const waiting = new Map<string, Waiting>()
  let asked = 0
  const settle = (sessionId: string, message: Message): void => {
    if (!('id' in message) || 'method' in message) return
    const found = waiting.get(String(message.id))
    // Another session's answer is nobody's.
    if (found === undefined || found.sessionId !== sessionId) return
    waiting.delete(String(message.id))
    clearTimeout(found.timer)
    if ('result' in message) found.resolve(message.result)
    else found.reject(new RpcError(message.error.code, message.error.message, message.error.data))
  }
  bus.subscribe((news) => {
    if (news.topic !== 'reply' || news.to !== bus.id) return
    const message = asMessage(news.message)
    if (message !== undefined) settle(news.sessionId, message)
  })
  return {
    /** `say` puts the question on the answer of the running call; without it, on the session's stream. */
    ask(session: Session, request: Request, say?: (message: Message) => boolean): Promise<Result> {
      const capability = CAPABILITY[request.method] ?? ''
      if (!Object.hasOwn(session.capabilities, capability)) {
        throw new RpcError(METHOD_NOT_FOUND, `The client does not support ${request.method}`)
      }
      asked += 1
      const id = `${bus.id}.${asked}`
      const question = sanitizeDeep({ ...request, id })
      const { promise, resolve, reject } = Promise.withResolvers<Result>()
      const timer = setTimeout(() => {
        waiting.delete(id)
        reject(new RpcError(TIMED_OUT, 'The client did not answer'))
      }, ANSWER_WITHIN_MS).unref()
      waiting.set(id, { sessionId: session.id, resolve, reject, timer })
      if (say === undefined || !say(question)) sessions.tell(session, question)
      return promise
    },
    answered(session: Session, message: Answer | Failure): void {
      const [process] = String(message.id).split('.')
      if (process === bus.id) settle(session.id, message)
      else if (process !== undefined) {
        bus.publish({ topic: 'reply', to: process, sessionId: session.id, message })
      }
    },
  }
}

export type ClientQuestions = ReturnType<typeof createClientQuestions>
