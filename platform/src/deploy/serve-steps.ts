import { deployErrors } from './errors.ts'
import { quantileMs } from './exposition.ts'
import type { Half, Host, Part } from './host.ts'
import type { Seen } from './record.ts'
import type { Run, Tools } from './run.ts'
import { traffic, watchRelease } from './watch.ts'

/** Steps from the first process of the new release to the last of the old one. */

const LOOK_EVERY_MS = 250
/** So many requests through nginx must arrive at the new release after the switch. */
const TRIES = 5
const SHELL = '/api/shell'
/** There is no other way than back: it is waited for longer than for a new release. */
const PATIENCE = 4

export async function boot({ tools, green }: Run): Promise<Seen> {
  const started = tools.now()
  await tools.host.start(green, 'web')
  // Before the old ones drain: jobs never wait for a deploy.
  await tools.host.start(green, 'worker')
  const web = await untilHealthy(tools, green, 'web', started)
  const worker = await untilHealthy(tools, green, 'worker', started)
  return {
    en: `${web} web and ${worker} worker processes of ${green.color} healthy`,
    ja: `${green.color} の web ${web} 個とワーカー ${worker} 個が準備完了`,
  }
}

/** @throws {MinatoError} DEPLOY_NOT_READY with the process's last words, as soon as it has ended once. */
async function untilHealthy(
  { host, readyMs, wait, now, signal }: Tools,
  { color }: Half,
  part: Part,
  since: number,
): Promise<number> {
  for (;;) {
    const { state, running, restarts } = await host.health(color, part)
    const ended = state === 'unhealthy' || state === 'none' || restarts > 0
    if (state === 'healthy' && !ended) return running
    const late = now() - since > readyMs
    if (ended || late) {
      const words = await host.lastWords(color, part)
      const reason = `${late ? `not healthy within ${readyMs / 1000} s` : 'it ended or is unhealthy'}. ${words}`
      throw deployErrors.DEPLOY_NOT_READY({ what: `${part}-${color}`, reason })
    }
    signal.throwIfAborted()
    await wait(LOOK_EVERY_MS)
  }
}

/** What a person would meet first, asked of each new web process before anyone is sent there. */
export async function smoke(run: Run): Promise<Seen> {
  const { tools, green } = run
  const asked = [
    { path: '/health/ready', type: 'application/json', holds: '"ready"' },
    { path: '/sign-in', type: 'text/html', holds: '<div id="root"' },
    { path: SHELL, type: 'application/json', holds: '"apps"' },
  ]
  for (const { path, type, holds } of asked) {
    const answers = await tools.host.web(green.color, path)
    if (answers.length === 0) throw smokeFailed(`no process of web-${green.color} answers`)
    for (const { url, status, type: given, body } of answers) {
      if (status === 200 && given.startsWith(type) && body.includes(holds)) continue
      throw smokeFailed(`${url} answers ${status} ${given}, not ${type} with ${holds}`)
    }
  }
  // Once more, after a while of running: one that ends soon after its start is found here.
  await untilHealthy(tools, green, 'worker', tools.now())
  const paths = asked.map(({ path }) => path).join(', ')
  return { en: `${paths} and the workers answer`, ja: `${paths} とワーカーが応答しました` }
}

function smokeFailed(what: string) {
  return deployErrors.DEPLOY_SMOKE_FAILED({ what })
}

export async function switchOver(run: Run): Promise<Seen> {
  const { tools, green } = run
  const before = await shellRequests(tools.host, green)
  await tools.host.point(green.color)
  // nginx takes a moment to hand over to its new workers.
  for (let round = 0; round < 20; round += 1) {
    let refused = ''
    for (let count = 0; count < TRIES; count += 1) {
      const { status } = await tools.host.front(SHELL)
      if (status !== 200 && status !== 429) refused = `nginx answers ${status} after the switch`
    }
    if (refused !== '') throw deployErrors.DEPLOY_SWITCH_FAILED({ reason: refused })
    const arrived = (await shellRequests(tools.host, green)) - before
    if (arrived >= TRIES) {
      return {
        en: `nginx → ${green.color}, seen to arrive there`,
        ja: `nginx → ${green.color}。リクエストの到達を確認しました`,
      }
    }
    await tools.wait(200)
  }
  throw deployErrors.DEPLOY_SWITCH_FAILED({
    reason: `requests through nginx do not arrive at ${green.color}`,
  })
}

async function shellRequests(host: Host, { color }: Half): Promise<number> {
  const answers = await host.web(color, '/metrics')
  const line = /^http_requests_total\{[^}]*route="\/api\/shell"[^}]*\} (\d+)/gm
  const counts = answers.flatMap(({ body }) => [...body.matchAll(line)])
  return counts.reduce((sum, [, count]) => sum + Number(count), 0)
}

/**
 * The old release ends: its workers finish or give back their jobs, its web processes their requests,
 * streams and sockets. Then its web starts again, out of service: the way back stays a moment long.
 */
export async function drainOld({ tools, blue }: Run): Promise<Seen> {
  const { host } = tools
  await Promise.all([
    host.stop(blue.color, 'worker', 'drain'),
    host.stop(blue.color, 'web', 'drain'),
  ])
  await host.start(blue, 'web')
  return {
    en: `${blue.color} ended; its web stands by`,
    ja: `${blue.color} は終了し、web は待機中です`,
  }
}

export async function watchNew(run: Run): Promise<Seen> {
  const { tools, green } = run
  const { host, limits, signal, wait, now } = tools
  const before = run.baseline ?? { errorShare: 0, p95Ms: undefined }
  return await watchRelease({ host, color: green.color, limits, before, signal, wait, now })
}

/** How the old release did, as the measure for the new one. */
export async function measureOld(run: Run): Promise<void> {
  const seen = await traffic(run.tools.host, run.blue.color)
  run.baseline = {
    errorShare: seen.requests === 0 ? 0 : seen.errors / seen.requests,
    p95Ms: quantileMs(0.95, seen),
  }
}

export async function finish({ tools, blue, green, request }: Run): Promise<Seen> {
  await stopOld(tools.host, blue)
  await tools.host.settle(green)
  const words = { en: `${green.color} is in service`, ja: `${green.color} が稼働中です` }
  if (request.skipBackup !== undefined) return words
  const ran = await tools.host.once(green, ['backup', '--reason', 'deployed', '--json'])
  if (ran.code === 0) {
    return { en: `${words.en}; backup made`, ja: `${words.ja}。バックアップを作成しました` }
  }
  return {
    en: `${words.en}; no backup could be made (code ${ran.code})`,
    ja: `${words.ja}。バックアップを作成できませんでした（コード ${ran.code}）`,
  }
}

/** Makes sure the old release serves alone, from wherever the deploy has come to. */
export async function goBack({
  tools,
  blue,
  green,
}: Pick<Run, 'tools' | 'blue' | 'green'>): Promise<Seen> {
  const { host } = tools
  const { active } = await host.look()
  const started = tools.now()
  if (active !== blue.color) {
    await bringBack(tools, blue, 'web')
    await host.point(blue.color)
  }
  const served = tools.now() - started
  await bringBack(tools, blue, 'worker')
  // Its workers may have taken jobs; its web has people only when nginx had been turned.
  const people = active === blue.color ? 'idle' : 'drain'
  await Promise.all([
    host.stop(green.color, 'web', people),
    host.stop(
      green.color,
      'worker',
      (await host.health(green.color, 'worker')).state === 'healthy' ? 'drain' : 'idle',
    ),
  ])
  await host.settle(blue)
  const seconds = (served / 1000).toFixed(1)
  return active === blue.color
    ? {
        en: `${blue.color} (${blue.release}) served all the time; ${green.color} stopped`,
        ja: `${blue.color}（${blue.release}）は稼働を続け、${green.color} を停止しました`,
      }
    : {
        en: `${blue.color} (${blue.release}) serves again after ${seconds} s; ${green.color} stopped`,
        ja: `${seconds} 秒後に ${blue.color}（${blue.release}）へ戻り、${green.color} を停止しました`,
      }
}

/** The old release has drained before: what is left of it stands by and serves nobody. */
export async function stopOld(host: Host, { color }: Half): Promise<void> {
  await Promise.all([host.stop(color, 'web', 'idle'), host.stop(color, 'worker', 'idle')])
}

/**
 * The old release has proven itself: however often its processes were started again, it counts whether
 * they are ready now. A deploy that is told to stop must still get here.
 */
async function bringBack({ host, now, wait, readyMs }: Tools, half: Half, part: Part) {
  const { state } = await host.health(half.color, part)
  if (state === 'none') await host.start(half, part)
  for (const started = now(); now() - started <= readyMs * PATIENCE; await wait(LOOK_EVERY_MS)) {
    if ((await host.health(half.color, part)).state === 'healthy') return
  }
  const reason = await host.lastWords(half.color, part)
  throw deployErrors.DEPLOY_NOT_READY({ what: `${part}-${half.color}`, reason })
}
