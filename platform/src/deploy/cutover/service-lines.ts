import { z } from 'zod'
import { askOnce } from './ask.ts'
import { type Line, type LineWords, lineOf } from './line.ts'

/** The new system as people meet it, and the old one, which must not take anything in any more. */

export type ServiceOptions = {
  host: string
  port: number
  address: string | undefined
  old: { url: string; method: string; headers: Record<string, string> } | undefined
  /** Said when there is no old system. */
  noOld: boolean
}

const SMOKE: LineWords = {
  id: 'smoke',
  title: { en: 'The new system answers', ja: '新システムが応答している' },
  mend: {
    en: 'See `docker compose ps` and `docker compose logs`, and the last deploy with `minato deploys`.',
    ja: '`docker compose ps`、`docker compose logs`、`minato deploys` で状態を確認してください。',
  },
}
const OLD: LineWords = {
  id: 'old.read-only',
  title: { en: 'The old system refuses writes', ja: '旧システムが書き込みを拒否している' },
  mend: {
    en: 'Put the old system into maintenance or take its right to write away, then name a writing address with --old; say --no-old when there is none.',
    ja: '旧システムをメンテナンス状態にするか書き込み権限を外し、書き込み用の URL を --old で指定してください。旧システムがなければ --no-old を指定します。',
  },
}

const shell = z.object({ environment: z.string(), sandboxes: z.array(z.string()) })

export async function smokeLine({ host, port, address }: ServiceOptions): Promise<Line> {
  return await lineOf(SMOKE, async () => {
    const origin = `https://${host}${port === 443 ? '' : `:${port}`}`
    const ready = await askOnce(`${origin}/health/ready`, { address })
    const page = await askOnce(`${origin}/sign-in`, { address })
    const answer = await askOnce(`${origin}/api/shell`, { address })
    const seen = `/health/ready ${ready.status}, /sign-in ${page.status}, /api/shell ${answer.status}`
    const works = [ready, page, answer].every(({ status }) => status === 200)
    if (!works || !page.body.includes('<div id="root"')) return { status: 'fail', evidence: seen }
    const { environment, sandboxes } = shell.parse(JSON.parse(answer.body))
    const evidence = `${seen}; ${environment}${sandboxes.length === 0 ? '' : ` with sandboxes: ${sandboxes.join(', ')}`}`
    const real = environment === 'production' && sandboxes.length === 0
    return { status: real ? 'pass' : 'fail', evidence }
  })
}

/** What a system says that knows the request and will not do it. */
const REFUSED = new Set([403, 405, 409, 410, 423, 503])

export async function oldLine({ old, noOld }: ServiceOptions): Promise<Line> {
  return await lineOf(OLD, async () => {
    if (noOld) return { status: 'pass', evidence: 'there is no old system (--no-old)' }
    if (old === undefined) return { status: 'unproven', evidence: 'no address was given (--old)' }
    const { status } = await askOnce(old.url, {
      method: old.method,
      headers: { 'content-type': 'application/json', 'content-length': '2', ...old.headers },
      body: '{}',
    })
    const evidence = `${old.method} ${new URL(old.url).pathname} was answered with ${status}`
    if (REFUSED.has(status)) return { status: 'pass', evidence }
    if (status >= 200 && status < 300)
      return { status: 'fail', evidence: `${evidence}: it was taken in` }
    const why = status === 401 ? 'sign-in is asked for: give --old-header' : 'that proves nothing'
    return { status: 'unproven', evidence: `${evidence}; ${why}` }
  })
}
