import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import nodemailer from 'nodemailer'
import { controlOf } from '../control/testing.ts'
import { type Sandbox, startSandbox } from '../index.ts'

let folder: string
let sandbox: Sandbox
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-mail-'))
  sandbox = await startSandbox({ dataDir: folder })
})
afterEach(() => control('POST', '/reset'))
after(async () => {
  await sandbox.close()
  await rm(folder, { recursive: true })
})

const control = (method: string, path: string, body?: object) =>
  controlOf(sandbox, method, path, body)

async function read<T>(path: string): Promise<T> {
  return (await (await control('GET', path)).json()) as T
}
const use = (scenario: string, more: object = {}) =>
  control('PUT', '/scenarios/smtp', { scenario, ...more })

function send(message: object = {}, auth?: { user: string; pass: string }) {
  const transport = nodemailer.createTransport({ url: sandbox.smtpUrl, ...(auth ? { auth } : {}) })
  return transport.sendMail({
    from: '港 <noreply@example.com>',
    to: 'sato@example.com',
    subject: 'ご登録ありがとうございます',
    text: 'リンク: https://example.com/setup?token=abc',
    html: '<p>ようこそ</p>',
    attachments: [{ filename: '規約.txt', content: '第1条' }],
    ...message,
  })
}

type Listed = { mails: { id: string; subject: string; envelope: { to: string[] } }[] }

test('a mail sent by nodemailer is read back whole, also after a restart', async () => {
  await send({ bcc: 'hidden@example.com' }, { user: 'any', pass: 'any' })
  const { mails } = await read<Listed>('/mail?query=登録')
  assert.equal(mails.length, 1)
  assert.deepEqual(mails[0]?.envelope.to, ['sato@example.com', 'hidden@example.com'])
  type Detail = { text: string; html: string; headers: { name: string }[]; attachments: object[] }
  const mail = await read<Detail>(`/mail/${mails[0]?.id}`)
  assert.match(mail.text, /token=abc/)
  assert.match(mail.html, /ようこそ/)
  assert.ok(mail.headers.some((header) => header.name === 'Message-ID'))
  assert.equal(
    mail.headers.some((header) => /^bcc$/i.test(header.name)),
    false,
  )
  assert.deepEqual(mail.attachments, [
    {
      index: 0,
      filename: '規約.txt',
      mediaType: 'text/plain',
      disposition: 'attachment',
      contentId: null,
      byteLength: 7,
    },
  ])
  const content = await control('GET', `/mail/${mails[0]?.id}/attachments/0`)
  assert.equal(await content.text(), '第1条')
  assert.equal((await read<Listed>('/mail?query=nothing-like-it')).mails.length, 0)

  await using again = await startSandbox({ dataDir: folder })
  const headers = { 'x-sandbox-token': again.controlToken }
  const listed = (await (await fetch(`${again.url}/sandbox/mail`, { headers })).json()) as Listed
  assert.deepEqual(listed.mails, mails)
})

const refusals: [scenario: string, code: number, command: string][] = [
  ['refuse-recipient', 550, 'RCPT TO'],
  ['defer', 451, 'RCPT TO'],
  ['mailbox-full', 452, 'DATA'],
  ['require-auth', 530, 'MAIL FROM'],
]
for (const [scenario, code, command] of refusals) {
  test(`${scenario} answers ${code} and keeps no mail`, async () => {
    await use(scenario)
    await assert.rejects(send(), { responseCode: code, command })
    assert.equal((await read<Listed>('/mail')).mails.length, 0)
  })
}

test('require-auth lets a signed-in client through, refuse-auth lets none', async () => {
  await use('require-auth')
  await send({}, { user: 'mailer', pass: 'right' })
  await use('refuse-auth')
  await assert.rejects(send({}, { user: 'mailer', pass: 'wrong' }), { responseCode: 535 })
  const log = JSON.stringify(await read('/requests?service=smtp'))
  assert.match(log, /mailer/)
  assert.doesNotMatch(log, /right|wrong/, 'a password must not be logged')
})

test('count and match limit a scenario', async () => {
  await use('defer', { count: 1, match: { recipient: 'sato' } })
  await send({ to: 'tanaka@example.com' })
  await assert.rejects(send(), { responseCode: 451 })
  await send()
  assert.equal((await read<Listed>('/mail')).mails.length, 2)
})

test('disconnect drops the line, slow delays the acceptance', async () => {
  await use('disconnect')
  await assert.rejects(send(), /closed|ECONN|hang up/i)
  await use('slow', { options: { delayMs: 80 } })
  const started = performance.now()
  await send()
  assert.ok(performance.now() - started >= 75)
})

test('refuses a message beyond the limit, two Subject headers, and no From', async () => {
  await assert.rejects(send({ text: 'x'.repeat(30) + 'あ'.repeat(10_000_000) }), {
    responseCode: 552,
  })
  const raw = (head: string) => ({ raw: `${head}To: a@example.com\r\n\r\nbody` })
  const from = 'From: a@example.com\r\n'
  await assert.rejects(send(raw(`${from}Subject: 1\r\nSubject: 2\r\n`)), { responseCode: 550 })
  await assert.rejects(send(raw('Subject: 1\r\n')), { responseCode: 550 })
  await assert.rejects(send(raw(`${from}X-Long: ${'x'.repeat(1100)}\r\n`)), { responseCode: 550 })
  const to = Array.from({ length: 101 }, (_, i) => `u${i}@example.com`)
  assert.deepEqual((await send({ to })).rejected, ['u100@example.com'])
})
