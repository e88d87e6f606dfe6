type JsonObject = Record<string, unknown>

/** How a catalog behaves for one request: the scenario's data with the defaults filled in. */
export type Behaviour = {
  delayMs: number
  hang: boolean
  status: number | undefined
  retryAfterSeconds: number | undefined
  resetAfterSeconds: number | undefined
  /** A request with a token is answered as usual. */
  liftedByToken: boolean
  location: string | undefined
  garbage: 'html' | 'cut' | 'shape' | undefined
  breakEntries: boolean
  loopCursor: boolean
  /** The registry is made this long. */
  servers: number | undefined
}

export function readBehaviour(does: JsonObject): Behaviour {
  const number = (key: string) => (typeof does[key] === 'number' ? does[key] : undefined)
  const { garbage, location } = does
  return {
    delayMs: number('delayMs') ?? 0,
    hang: does['hang'] === true,
    status: number('status'),
    retryAfterSeconds: number('retryAfterSeconds'),
    resetAfterSeconds: number('resetAfterSeconds'),
    liftedByToken: does['liftedByToken'] === true,
    location: typeof location === 'string' ? location : undefined,
    garbage: garbage === 'html' || garbage === 'cut' || garbage === 'shape' ? garbage : undefined,
    breakEntries: does['breakEntries'] === true,
    loopCursor: does['loopCursor'] === true,
    servers: number('servers'),
  }
}
