import type { Kysely } from 'kysely'
import { defineCheck, fail, type LiveCheck, type Outcome, pass, skip } from '../define-check.ts'
import { ARRIVE_WITHIN_MS } from './context.ts'
import { AuditTestError } from './probe-routes.ts'
import { codeOf, visitOf } from './visit.ts'
import type { Answer, Question } from './wire.ts'

/** What tells of the inside: stack lines, paths, SQL, addresses of other services. */
const TALKATIVE =
  /\bat [\w.<>[\] ]+ \(?(?:file:|\/|node:)|node_modules|\.(?:ts|js):\d+:\d+|\/(?:app|srv|home|root|usr)\/|ECONNREFUSED|SQLSTATE|syntax error at or near|relation "[^"]+"|Fastify|FST_ERR|"stack"|Traceback|<center>nginx\/\d/

export function talkative(answer: Answer): string | undefined {
  return TALKATIVE.exec(answer.body)?.[0]
}

export const notFound = defineCheck<LiveCheck>({
  id: 'http.not-found',
  phase: 'live',
  severity: 'low',
  title: {
    en: 'Unknown addresses are answered as the system answers',
    ja: '存在しないアドレスに決まった形で応答する',
  },
  why: {
    en: 'Programs read problem+json with a code; a page of the framework or the proxy tells what runs behind it.',
    ja: 'プログラムはコード付きの problem+json を読みます。フレームワークやプロキシの画面は中身を明かします。',
  },
  mend: {
    en: 'Do not intercept errors in the proxy (nginx: proxy_intercept_errors off).',
    ja: 'プロキシでエラーを差し替えません（nginx では proxy_intercept_errors off）。',
  },
  minutes: 10,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    for (const path of [
      '/api/minato-audit/unknown',
      '/api/auth/unknown',
      '/v1/unknown',
      '/assets/unknown.js',
    ]) {
      const answer = await visit.ask({ path })
      const type = String(answer.headers['content-type'] ?? '')
      const good =
        answer.status === 404 &&
        type.startsWith('application/problem+json') &&
        codeOf(answer) !== '' &&
        answer.body.includes('"requestId"')
      if (!good || talkative(answer) !== undefined) {
        return fail(
          {
            en: `${path} was answered ${answer.status} ${type} ${talkative(answer) ?? ''}`,
            ja: `${path} への応答: ${answer.status} ${type} ${talkative(answer) ?? ''}`,
          },
          { url: path },
        )
      }
    }
    return pass(
      '404 with problem+json, code and request id on four unknown addresses.',
      '存在しない 4 つのアドレスで、コードと要求 ID 付きの 404 でした。',
    )
  },
})

/** Requests that make parsers, routers and databases stumble. */
const NASTY: readonly Question[] = [
  { path: '/%' },
  { path: '/api/%ff%fe' },
  { path: '/api/auth/%00' },
  { path: '/api/jobs/%00' },
  { path: "/api/jobs/1'%20or%201=1--" },
  { path: '/api/jobs?cursor=%00%ff&limit=99999999999999999999' },
  { path: '/files/..%2f..%2fetc%2fpasswd?expires=x&signature=%00' },
  { path: '/api/docs/json?a[b][c]=1&__proto__[x]=1' },
  ...[
    '{"email":',
    '[]',
    'null',
    '{"__proto__":{"admin":true},"email":"a","password":"b"}',
    '{"email":"a\\u0000b","password":"\\u0000"}',
    '{"email":"\\ud800","password":"\\udfff\\ud800"}',
    `{"email":"a","password":"${'x'.repeat(5000)}"}`,
    '['.repeat(5000),
  ].map(
    (body): Question => ({
      method: 'POST',
      path: '/api/auth/sign-in',
      headers: { 'content-type': 'application/json' },
      body,
    }),
  ),
  {
    method: 'POST',
    path: '/api/auth/sign-in',
    headers: { 'content-type': 'application/xml' },
    body: '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
  },
  {
    method: 'POST',
    path: '/api/auth/sign-in',
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    body: '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n',
  },
]

export const errorsSayNothing = defineCheck<LiveCheck>({
  id: 'http.errors-say-nothing',
  phase: 'live',
  severity: 'high',
  title: { en: 'Errors tell nothing of the inside', ja: 'エラーが内部の情報を明かさない' },
  why: {
    en: 'Stack traces, paths and SQL in an answer are a map for whoever provoked it (CWE-209).',
    ja: '応答に含まれるスタックやパス、SQL は攻撃者の地図になります（CWE-209）。',
  },
  mend: {
    en: 'Run with MINATO_ENV=production; add no error handler of your own before the system’s.',
    ja: 'MINATO_ENV=production で動かし、独自のエラー処理を挟みません。',
  },
  minutes: 30,
  seeds: ['001 エラー処理とログ記録の不足'],
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const failed: string[] = []
    for (const question of NASTY) {
      const answer = await visit.ask({
        ...question,
        headers: { ...visit.ownPage, ...question.headers },
      })
      // What was answered well is not an error: a description may name a field "stack".
      const told = answer.status < 400 ? undefined : talkative(answer)
      if (told !== undefined) {
        return fail(
          {
            en: `${question.path} was answered ${answer.status} with "${told}".`,
            ja: `${question.path} の応答（${answer.status}）に「${told}」がありました。`,
          },
          { url: question.path },
        )
      }
      if (answer.status >= 500 && answer.status !== 503)
        failed.push(`${question.path} ${answer.status}`)
    }
    return failed.length > 0
      ? fail({
          en: `Broken requests brought the system to ${failed.join(', ')}.`,
          ja: `壊れた要求で ${failed.join(', ')} になりました。`,
        })
      : pass(
          `${NASTY.length} broken requests: each refused, none told anything.`,
          `壊れた要求 ${NASTY.length} 種はすべて拒否され、内部情報はありませんでした。`,
        )
  },
})

type GroupTable = {
  'minato.error_groups': {
    fingerprint: string
    name: string
    last_request_id: string | null
    count: number
  }
}

export const errorArrives = defineCheck<LiveCheck>({
  id: 'errors.arrive',
  phase: 'live',
  severity: 'high',
  title: {
    en: 'A test error is answered silently and reaches the error groups',
    ja: '試験エラーが内容を明かさず、エラー一覧に届く',
  },
  why: {
    en: 'An error nobody hears of is found by users; one that is told in full is found by attackers.',
    ja: '誰にも届かないエラーは利用者が、詳しく表示されるエラーは攻撃者が見つけます。',
  },
  mend: {
    en: 'See the process’s log for error.not_stored; check the database role’s rights on minato.error_groups.',
    ja: 'プロセスのログで error.not_stored を探し、データベースの権限を確認します。',
  },
  minutes: 30,
  timeoutMs: ARRIVE_WITHIN_MS + 10_000,
  seeds: ['004 監視・運用: Sentryの設定', '000 ログ管理: エラー追跡'],
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const answer = await visit.probe('error')
    if (answer.status === 404)
      return skip(
        'The running system does not know this audit’s token: it has another AUTH_SECRET or release.',
        '動作中のシステムの AUTH_SECRET か版が異なるため、試験エラーを起こせません。',
      )
    const told =
      talkative(answer) ??
      (answer.body.includes('audit provoked') ? 'the error’s own text' : undefined)
    if (answer.status !== 500 || told !== undefined) {
      return fail({
        en: `The error was answered ${answer.status} and told ${told ?? 'nothing'}.`,
        ja: `エラーの応答は ${answer.status}、漏れた内容: ${told ?? 'なし'}`,
      })
    }
    const id = /"requestId":"([^"]+)"/.exec(answer.body)?.[1]
    if (id === undefined)
      return fail({
        en: 'The answer names no request id to look the error up by.',
        ja: '応答に要求 ID がなく、エラーを追えません。',
      })
    const withinMs = context.arriveWithinMs ?? ARRIVE_WITHIN_MS
    return (await arrives(context.services.db.withTables<GroupTable>(), id, withinMs))
      ? pass(
          `500 without a cause; the error group has request ${id}.`,
          `500 の応答に原因はなく、エラー一覧に要求 ${id} が記録されました。`,
        )
      : fail({
          en: `Request ${id} did not reach the error groups within ${withinMs / 1000} s.`,
          ja: `要求 ${id} が ${withinMs / 1000} 秒以内にエラー一覧に届きませんでした。`,
        })
  },
})

type GroupDb = Kysely<GroupTable>

/** Waits for the group, and takes it away again: it is no error of anybody's. */
async function arrives(db: GroupDb, requestId: string, withinMs: number): Promise<boolean> {
  for (const end = Date.now() + withinMs; Date.now() < end; ) {
    const gone = await db
      .deleteFrom('minato.error_groups')
      .where('name', '=', new AuditTestError().name)
      .where('last_request_id', '=', requestId)
      .executeTakeFirst()
    if (gone.numDeletedRows > 0n) return true
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return false
}
