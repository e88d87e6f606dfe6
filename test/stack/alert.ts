import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '../until.ts'
import type { Stack } from './up.ts'

type Mails = { mails: { id: string; subject: string }[] }
type Mail = { text: string }

/** An alert on figures that Prometheus really reads from the web processes: they answer. */
const REHEARSAL = `groups:
  - name: rehearsal
    rules:
      - alert: Rehearsal
        expr: sum(up{job="minato-web"}) > 0 and sum(minato_build_info{role="web"}) > 0
        labels: { severity: page }
        annotations:
          summary: A rehearsal
          summary_ja: 訓練です
          action: Nothing
          action_ja: 対応は不要です
`

/**
 * The way of an alert: figures of web and worker arrive in Prometheus, a rule fires, Alertmanager
 * tells by mail whoever is on call. The mail is in the sandbox's mailbox.
 */
export async function alert(stack: Stack): Promise<void> {
  await until(
    'web and worker are read',
    () =>
      ['minato-web', 'minato-worker'].every((job) => {
        const found = query(stack, `min(up{job="${job}"})`)
        return found === '1'
      }),
    90_000,
  )
  const rule = join(stack.folder, 'prometheus/rules/rehearsal.yml')
  await writeFile(rule, REHEARSAL, { mode: 0o644 })
  try {
    stack.compose(['kill', '--signal', 'HUP', 'prometheus'])
    let mail: Mails['mails'][number] | undefined
    await until(
      'the alert is in the mailbox',
      async () => {
        const { mails } = (await stack.sandbox('/sandbox/mail?query=Rehearsal')) as Mails
        mail = mails[0]
        return mail !== undefined
      },
      120_000,
    )
    assert.match(mail?.subject ?? '', /^\[PAGE\] Rehearsal: A rehearsal \/ 訓練です/)
    const { text } = (await stack.sandbox(`/sandbox/mail/${mail?.id}`)) as Mail
    assert.match(text, /FIRING 発生中: Rehearsal[\s\S]*対応は不要です[\s\S]*severity = page/)
  } finally {
    await rm(rule)
    stack.compose(['kill', '--signal', 'HUP', 'prometheus'], { mayFail: true })
  }
}

/** The value of a query with one answer, or undefined while it has none. */
function query(stack: Stack, expression: string): string | undefined {
  const ask = ['promtool', 'query', 'instant', 'http://127.0.0.1:9090', expression]
  const { stdout } = stack.exec('prometheus', ask, { mayFail: true })
  return /=> (\S+) @/.exec(stdout)?.[1]
}
