import { randomBytes } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { type Account, createAccount, removeAccounts } from './account.ts'
import type { LiveContext } from './context.ts'
import { PROBE_HEADER, PROBE_PATH, type Seen } from './probe-routes.ts'
import { probeToken } from './probe-token.ts'
import { type Surface, visitSurfaces } from './surfaces.ts'
import { type Target, targetOf } from './target.ts'
import { type Answer, ask, type Question } from './wire.ts'

export type SignedIn = Account & { cookie: string; answer: Answer }

/** One audit's visit to the running system: what its checks share, and what must be undone after. */
export type Visit = {
  target: Target
  /** Address to send from: on loopback one of the audit's own, so that its limits are nobody's. */
  source: string | undefined
  ask(question: Question): Promise<Answer>
  /** The marks of a request from the system's own page. */
  ownPage: Record<string, string>
  /** A POST or PATCH of JSON as the system's own page sends it. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  /** How the system sees a request with these headers. */
  seen(headers?: Record<string, string>): Promise<{ answer: Answer; seen: Seen }>
  probe(purpose: string, headers?: Record<string, string>): Promise<Answer>
  /** Answers of every kind: pages, files, programs' addresses, refusals. Asked for once. */
  surfaces(): Promise<readonly Surface[]>
  /** A throw-away account with a session. Made once. */
  signedIn(): Promise<SignedIn>
  /** One more throw-away account, without a session. */
  newAccount(): Promise<Account>
  signIn(account: Account, headers?: Record<string, string>): Promise<Answer>
  /** Runs when the audit ends, last first. */
  undo(name: string, work: () => Promise<unknown>): void
  /** Undoes everything; gives what could not be undone. */
  leave(): Promise<{ undone: string[]; failed: string[] }>
}

const visits = new WeakMap<LiveContext, Promise<Visit>>()

/** The visit of this audit: the same for every check that is given the same context. */
export function visitOf(context: LiveContext): Promise<Visit> {
  let visit = visits.get(context)
  if (visit === undefined) {
    visit = startVisit(context)
    visits.set(context, visit)
  }
  return visit
}

/** Clears away after an audit that was called off before its last check. */
export async function leaveSystem(context: LiveContext): Promise<void> {
  const visit = await visits.get(context)
  await visit?.leave()
}

async function startVisit(context: LiveContext): Promise<Visit> {
  const { services } = context
  const target = targetOf(context.url, services.publicUrl)
  const source = await sourceFor(target)
  const undos: { name: string; work: () => Promise<unknown> }[] = []
  const accounts: string[] = []
  let surfaces: Promise<readonly Surface[]> | undefined
  let main: Promise<SignedIn> | undefined
  const ownPage = { origin: target.origin, 'sec-fetch-site': 'same-origin' }
  const visit: Visit = {
    target,
    source,
    ownPage,
    ask: (question) => patiently(() => ask(target, question, source)),
    post: (path, body, headers = {}) => visit.ask(jsonPost(path, body, { ...ownPage, ...headers })),
    probe: (purpose, headers = {}) => {
      const token = probeToken(services.keys, purpose, services.clock())
      return visit.ask({
        path: `${PROBE_PATH}/${purpose}`,
        headers: { ...headers, [PROBE_HEADER]: token },
      })
    },
    async seen(headers = {}) {
      const answer = await visit.probe('seen', headers)
      if (answer.status !== 200) throw new Error(notProbed(answer))
      return { answer, seen: JSON.parse(answer.body) as Seen }
    },
    surfaces: () => (surfaces ??= visitSurfaces(visit)),
    signedIn: () => (main ??= signInAnew(visit)),
    async newAccount() {
      const account = await createAccount(services)
      accounts.push(account.id)
      return account
    },
    signIn: ({ email, password }, headers) =>
      visit.post('/api/auth/sign-in', { email, password }, headers),
    undo: (name, work) => void undos.push({ name, work }),
    leave: () => leave(undos),
  }
  visit.undo('throw-away accounts', () => removeAccounts(services, accounts.splice(0)))
  return visit
}

function jsonPost(path: string, body: unknown, headers: Record<string, string>): Question {
  return {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  }
}

function notProbed({ status }: Answer): string {
  return `${PROBE_PATH}/seen answered ${status}: another release runs there, or it has another AUTH_SECRET than this audit`
}

async function signInAnew(visit: Visit): Promise<SignedIn> {
  const account = await visit.newAccount()
  const answer = await visit.signIn(account)
  const cookie = cookiePair(answer)
  if (answer.status !== 200 || cookie === undefined) {
    throw new Error(`signing in a new account was answered ${answer.status} ${codeOf(answer)}`)
  }
  return { ...account, cookie, answer }
}

/** `name=value` of the session cookie that an answer sets. */
export function cookiePair(answer: Answer): string | undefined {
  return answer.cookies
    .map((line) => line.split(';', 1)[0])
    .find((pair) => pair?.includes('_session='))
}

/** The code of a problem+json answer, or nothing. */
export function codeOf({ body }: Answer): string {
  return /"code":"([A-Z_0-9]+)"/.exec(body)?.[1] ?? ''
}

const PATIENCE = 4

/** A busy system asks to come back; that is not what is looked at here. */
async function patiently(send: () => Promise<Answer>): Promise<Answer> {
  for (let left = PATIENCE; ; left -= 1) {
    const answer = await send()
    if (left === 0 || !/"code":"(OVERLOADED|DRAINING)"/.test(answer.body)) return answer
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

/** Linux answers for the whole of 127.0.0.0/8: a fresh address has no history of attempts. */
async function sourceFor({ hostname }: Target): Promise<string | undefined> {
  const { address } = await lookup(hostname).catch(() => ({ address: '' }))
  if (process.platform !== 'linux' || !address.startsWith('127.')) return undefined
  const [a = 1, b = 1, c = 1] = randomBytes(3)
  return `127.${1 + (a % 250)}.${1 + (b % 250)}.${1 + (c % 250)}`
}

async function leave(
  undos: { name: string; work: () => Promise<unknown> }[],
): Promise<{ undone: string[]; failed: string[] }> {
  const undone: string[] = []
  const failed: string[] = []
  for (const { name, work } of undos.splice(0).reverse()) {
    await work().then(
      () => undone.push(name),
      (error: unknown) => failed.push(`${name}: ${error instanceof Error ? error.message : error}`),
    )
  }
  return { undone, failed }
}
