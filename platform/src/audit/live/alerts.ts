import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Services } from '../../app/services.ts'
import { defineCheck, fail, type LiveCheck, type Outcome, pass, skip } from '../define-check.ts'

const CALL = { trust: 'config', timeoutMs: 8000, retries: 0, maxBytes: 4 * 1024 * 1024 } as const

export const sentryAccepts = defineCheck<LiveCheck>({
  id: 'errors.sentry-accepts',
  phase: 'live',
  severity: 'medium',
  title: { en: 'Sentry takes a test error', ja: 'Sentry が試験エラーを受け付ける' },
  why: {
    en: 'A DSN with a typing error, or of a deleted project, is noticed when an error is missing.',
    ja: 'DSN の誤りや削除済みのプロジェクトは、必要なときに届かないことで初めて分かります。',
  },
  mend: {
    en: 'Copy SENTRY_DSN anew from the project’s settings; see its quota.',
    ja: 'プロジェクト設定から SENTRY_DSN を写し直し、受信枠を確認します。',
  },
  minutes: 10,
  seeds: ['004 監視・運用: Sentryの設定'],
  async run({ services }): Promise<Outcome> {
    const dsn = services.config.errors.sentryDsn?.reveal()
    if (dsn === undefined) {
      return pass(
        'SENTRY_DSN is not set: errors are kept in the error groups.',
        'SENTRY_DSN は未設定で、エラーは一覧に記録されます。',
      )
    }
    const { status, host } = await sendTestError(services, new URL(dsn))
    return status >= 200 && status < 300
      ? pass(`${host} took it (${status}).`, `${host} が受け付けました（${status}）。`)
      : fail(
          { en: `${host} refused it (${status}).`, ja: `${host} に拒否されました（${status}）。` },
          { variable: 'SENTRY_DSN' },
        )
  },
})

/** One envelope with one event, as Sentry's clients send it. */
async function sendTestError({ outbound, clock, version }: Services, dsn: URL) {
  const id = randomUUID().replaceAll('-', '')
  const event = {
    event_id: id,
    timestamp: clock() / 1000,
    platform: 'node',
    level: 'info',
    logger: 'minato.audit',
    release: `minato@${version}`,
    message: { formatted: 'The audit sent this to see that errors arrive. Nothing is wrong.' },
    fingerprint: ['minato-audit'],
  }
  const lines = [
    { event_id: id, sent_at: new Date(clock()).toISOString() },
    { type: 'event' },
    event,
  ]
  // A service of one's own may live below a path: https://KEY@HOST/PATH/PROJECT
  const [, path = '', project = ''] = /^(.*)\/(\d+)$/.exec(dsn.pathname) ?? []
  const answer = await outbound.fetch(`${dsn.origin}${path}/api/${project}/envelope/`, {
    ...CALL,
    service: 'sentry',
    method: 'POST',
    headers: {
      'content-type': 'application/x-sentry-envelope',
      'x-sentry-auth': `Sentry sentry_version=7, sentry_client=minato-audit/1, sentry_key=${dsn.username}`,
    },
    body: `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`,
  })
  await answer.body?.cancel()
  return { status: answer.status, host: dsn.host }
}

const NOTIFIED_WITHIN_MS = 45_000

export const alertArrives = defineCheck<LiveCheck>({
  id: 'alerts.arrive',
  phase: 'live',
  severity: 'high',
  title: { en: 'A test alert is sent on', ja: '試験アラートが通知される' },
  why: {
    en: 'Alerts that reach nobody are found out on the night they were for.',
    ja: '誰にも届かないアラートは、必要な夜になって初めて分かります。',
  },
  mend: {
    en: 'Look at Alertmanager’s log; check its mail server, webhook or Slack address.',
    ja: 'Alertmanager のログと、メールサーバー・Webhook・Slack の設定を確認します。',
  },
  minutes: 30,
  seeds: ['000 アラート設定: 通知チャネル設定', '004 監視・運用: CloudWatchアラームの設定'],
  timeoutMs: NOTIFIED_WITHIN_MS + 15_000,
  async run({ services, arriveWithinMs = NOTIFIED_WITHIN_MS }, signal): Promise<Outcome> {
    const base = services.config.audit.alertmanagerUrl?.replace(/\/+$/, '')
    if (base === undefined) {
      return skip(
        'AUDIT_ALERTMANAGER_URL is not set: whether alerts arrive is not known here.',
        'AUDIT_ALERTMANAGER_URL が未設定のため、通知を確認できません。',
      )
    }
    const before = await notified(services, base)
    const labels = { alertname: 'MinatoAuditTest', severity: 'page', run: randomUUID() }
    await tell(services, base, labels, 300_000)
    try {
      for (const end = Date.now() + arriveWithinMs; Date.now() < end && !signal.aborted; ) {
        const now = await notified(services, base)
        if (now.failed > before.failed) {
          return fail({
            en: 'Alertmanager could not hand a notification over.',
            ja: 'Alertmanager が通知を送れませんでした。',
          })
        }
        if (now.sent > before.sent) return pass('Sent on.', '通知されました。')
        await delay(500)
      }
      const seconds = arriveWithinMs / 1000
      return fail({
        en: `Alertmanager took the alert, but told nobody within ${seconds} s.`,
        ja: `Alertmanager は受け取りましたが、${seconds} 秒以内に誰にも通知しませんでした。`,
      })
    } finally {
      await tell(services, base, labels, 0)
    }
  },
})

/** Raises the alert, or ends it. */
async function tell(
  { outbound, clock, publicUrl }: Services,
  base: string,
  labels: Record<string, string>,
  forMs: number,
): Promise<void> {
  const [startsAt, endsAt] = [clock() - 1000, clock() + forMs].map((at) =>
    new Date(at).toISOString(),
  )
  const annotations = {
    summary: 'The audit sends this alert to see that alerts arrive',
    summary_ja: '監査による試験アラートです',
    action: 'Nothing',
    action_ja: '対応は不要です',
  }
  const answer = await outbound.fetch(`${base}/api/v2/alerts`, {
    ...CALL,
    service: 'alertmanager',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ labels, annotations, startsAt, endsAt, generatorURL: publicUrl }]),
  })
  await answer.body?.cancel()
  if (!answer.ok) throw new Error(`Alertmanager answered ${answer.status}.`)
}

/** What Alertmanager says of its notifications, over all ways. */
async function notified({ outbound }: Services, base: string) {
  const answer = await outbound.fetch(`${base}/metrics`, { ...CALL, service: 'alertmanager' })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`Alertmanager’s /metrics answered ${answer.status}.`)
  const sum = (name: string) =>
    [...text.matchAll(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, 'gm'))].reduce(
      (total, [, value]) => total + Number(value),
      0,
    )
  const failed = sum('alertmanager_notifications_failed_total')
  // Failed ones are counted among all.
  return { failed, sent: sum('alertmanager_notifications_total') - failed }
}
