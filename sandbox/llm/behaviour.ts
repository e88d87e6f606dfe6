import type { JsonObject } from './json-object.ts'

/** How the model behaves for one request: the scenario's data with the defaults filled in. */
export type Behaviour = {
  firstTokenMs: number
  /** 0 sends as fast as the socket takes it. */
  tokensPerSecond: number
  /** Non-streamed answers wait for their tokens only when a scenario asks for slowness. */
  paceWhole: boolean
  failure: { status: number; message: string; type: string; code: string | null } | null
  retryAfterSeconds: number | null
  cutAfterChunks: number | null
  errorAfterChunks: number | null
  garbage: 'invalid-json' | 'not-sse' | 'html' | null
  hang: boolean
  violateSchema: boolean
  refuse: boolean
  obey: boolean
  /** When set, plain answers are lengthened or cut to so many tokens: for measurements. */
  answerTokens: number | null
}

export type Pace = { tokensPerSecond: number; firstTokenMs: number }

export function readBehaviour(does: JsonObject, pace: Pace): Behaviour {
  const number = (key: string) => (typeof does[key] === 'number' ? does[key] : null)
  const text = (key: string) => (typeof does[key] === 'string' ? does[key] : null)
  const status = number('status')
  const garbage = text('garbage')
  return {
    firstTokenMs: number('firstTokenMs') ?? pace.firstTokenMs,
    tokensPerSecond: number('tokensPerSecond') ?? pace.tokensPerSecond,
    paceWhole: number('tokensPerSecond') !== null,
    failure:
      status === null
        ? null
        : {
            status,
            message: text('message') ?? 'The sandbox was told to fail.',
            type: text('type') ?? 'server_error',
            code: text('code'),
          },
    retryAfterSeconds: number('retryAfterSeconds'),
    cutAfterChunks: number('cutAfterChunks'),
    errorAfterChunks: number('errorAfterChunks'),
    garbage:
      garbage === 'not-sse' || garbage === 'html' ? garbage : garbage ? 'invalid-json' : null,
    hang: does.hang === true,
    violateSchema: does.violateSchema === true,
    refuse: does.refuse === true,
    obey: does.obey === true,
    answerTokens: number('answerTokens'),
  }
}
