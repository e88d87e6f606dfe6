import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { after, describe, it } from 'node:test'
import Fastify from 'fastify'
import { MinatoError } from '../errors/index.ts'
import { Secret } from '../log/index.ts'
import { isMailAddress, parseMailbox } from './address.ts'
import { mailConfig } from './config.ts'
import type { MailTables } from './tables.ts'
import { render, templates } from './templates/index.ts'
import { closeHouse, type PostOffice, postOffice } from './test/post-office.ts'

after(closeHouse)

const url = 'https://minato.example.com/x#token=t'
const base = { template: 'reset' as const, locale: 'en' as const, data: { url } }

describe('mail, seen by an attacker', () => {
  const injections = [
    'a@example.com\r\nBcc: everyone@example.com',
    'a@example.com\nSubject: changed',
    'a@example.com, b@example.com',
    'a@example.com;b@example.com',
    '"a\r\nRCPT TO:<b@example.com>"@example.com',
    'a@example.com\u2028Bcc: b@example.com',
    'a b@example.com',
    'Name <a@example.com>',
    'a@exam\u202eple.com',
    'a@-example.com',
    'a@example..com',
    '@example.com',
    'a@',
    'a',
    '',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b.'.repeat(120)}com`,
  ]
  for (const to of injections) {
    it(`refuses the address ${JSON.stringify(to).slice(0, 60)}`, async () => {
      assert.equal(isMailAddress(to), false)
    })
  }

  it('takes ordinary addresses', () => {
    for (const to of [
      'a@b',
      'a.b+c@example.co.jp',
      'o’neil@example.com',
      '愛子@例え.jp',
      'a@127.0.0.1.nip.io',
    ]) {
      assert.equal(isMailAddress(to), true, to)
    }
    assert.deepEqual(parseMailbox('Minato <a@b.jp>'), { name: 'Minato', address: 'a@b.jp' })
    assert.equal(parseMailbox('A\nB <a@b.jp>'), undefined)
    assert.equal(parseMailbox('a@b.jp, c@d.jp'), undefined)
  })

  it('refuses injections with 422 and writes nothing', async () => {
    await using office = await postOffice()
    for (const to of injections.slice(0, 5)) {
      await assert.rejects(office.mail.send({ ...base, to }), {
        code: 'MAIL_ADDRESS_REFUSED',
        status: 422,
      })
    }
    assert.deepEqual((await office.mail.list()).items, [])
  })

  it('keeps a line break in a name out of the headers, and still delivers', async () => {
    await using office = await postOffice()
    const data = { url, name: 'A\r\nBcc: b@example.com\r\n\r\n<script>' }
    await office.mail.send({ ...base, to: 'a@example.com', data })
    await office.mail.deliverNow()
    const [mail] = await office.delivered()
    const raw = await office.raw(mail?.id ?? '')
    const headers = raw.split('\r\n\r\n', 1)[0] ?? ''
    assert.doesNotMatch(headers, /bcc/i)
    assert.match(headers, /^To: a@example\.com$/m)
  })

  it('escapes people’s words in HTML and refuses links that run', () => {
    for (const template of Object.keys(templates) as (keyof typeof templates)[]) {
      for (const locale of ['ja', 'en'] as const) {
        const data = {
          url: 'https://example.com/?a=1&b="><script>',
          name: '<img src=x onerror=alert(1)>',
          inviter: '<img src=x>',
          device: '<img src=x>',
          at: '2026-11-22T09:00:00Z',
          change: 'enabled',
        }
        const { html, text, subject } = render(template, locale, data)
        assert.doesNotMatch(html, /<img|<script/)
        assert.doesNotMatch(subject, /[\r\n]/)
        assert.ok(text.length > 20)
        assert.match(html, new RegExp(`<html lang="${locale}">`))
        assert.doesNotMatch(html + text, /undefined|\[object|NaN/)
        assert.doesNotMatch(html, /src=["']?http/)
      }
    }
    for (const bad of ['javascript:alert(1)', 'data:text/html,x', '/relative', '']) {
      assert.throws(() => render('reset', 'ja', { url: bad }), { code: 'MAIL_DATA_INVALID' })
    }
  })

  it('will not show a body moved to another row', async () => {
    await using office = await postOffice()
    await office.mail.send({ ...base, to: 'victim@example.com' })
    await office.mail.send({
      ...base,
      to: 'attacker@example.com',
      data: { url: 'https://example.com/other' },
    })
    const db = office.database.db.withTables<MailTables>()
    const victim = await db
      .selectFrom('minato.mail_outbox')
      .select('body')
      .where('recipient', '=', 'victim@example.com')
      .executeTakeFirstOrThrow()
    await db
      .updateTable('minato.mail_outbox')
      .set({ body: victim.body })
      .where('recipient', '=', 'attacker@example.com')
      .execute()
    await office.mail.deliverNow()
    const delivered = await office.delivered()
    assert.equal(delivered.length, 1)
    assert.match(delivered[0]?.to ?? '', /victim/)
    const [failed] = (await office.mail.list({ state: 'failed' })).items
    assert.equal(failed?.reason, 'body_unreadable')
  })
})

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const publicKey = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')

function signed(
  office: PostOffice,
  events: unknown,
  options: { at?: number; key?: typeof pair.privateKey } = {},
) {
  const body = JSON.stringify(events)
  const timestamp = String(Math.floor((options.at ?? office.deps.clock()) / 1000))
  const signature = sign('sha256', Buffer.from(timestamp + body), options.key ?? pair.privateKey)
  return {
    payload: body,
    headers: {
      'content-type': 'application/json',
      'x-twilio-email-event-webhook-signature': signature.toString('base64'),
      'x-twilio-email-event-webhook-timestamp': timestamp,
    } as Record<string, string>,
  }
}

async function webhook(office: PostOffice) {
  const app = Fastify()
  app.setErrorHandler((error, _request, reply) =>
    error instanceof MinatoError
      ? reply.code(error.status).send({ code: error.code })
      : reply.code(500).send({ code: String(error) }),
  )
  office.mail.routes(app)
  await app.ready()
  return (request: { payload: string; headers: Record<string, string> }) =>
    app.inject({ method: 'POST', url: '/api/mail/webhooks/sendgrid', ...request })
}

describe('SendGrid webhook', () => {
  const config = { sendgridPublicKey: publicKey, tracking: false }
  const bounce = { event: 'bounce', email: 'aiko@example.com', sg_event_id: 'e1', type: 'bounce' }

  it('stops mail after a bounce or complaint, once, and marks the mail', async () => {
    await using office = await postOffice({ config })
    const post = await webhook(office)
    const { id } = await office.mail.send({ ...base, to: 'aiko@example.com' })
    await office.mail.deliverNow()
    const events = [
      { ...bounce, 'smtp-id': `<${id}@example.com>` },
      { event: 'spamreport', email: 'bob@example.com', sg_event_id: 'e2' },
      { event: 'bounce', email: 'busy@example.com', sg_event_id: 'e3', type: 'blocked' },
      {
        event: 'open',
        email: 'aiko@example.com',
        sg_event_id: 'e4',
        'smtp-id': `<${id}@example.com>`,
      },
      { strange: true },
    ]
    const answer = await post(signed(office, events))
    assert.equal(answer.statusCode, 204)
    const { items } = await office.mail.suppressions.list()
    assert.deepEqual(Object.fromEntries(items.map((item) => [item.address, item.reason])), {
      'aiko@example.com': 'bounce',
      'bob@example.com': 'complaint',
    })
    const [mail] = (await office.mail.list()).items
    assert.deepEqual([mail?.state, mail?.reason, mail?.openedAt], ['failed', 'bounce', null])
    // An operator lets the address through again; a replay of the old event must not undo that.
    await office.mail.suppressions.remove('aiko@example.com')
    assert.equal((await post(signed(office, events))).statusCode, 204)
    assert.equal((await office.mail.suppressions.list()).items.length, 1)
  })

  it('keeps opens and clicks only where tracking is on', async () => {
    await using office = await postOffice({ config: { ...config, tracking: true } })
    const post = await webhook(office)
    const { id } = await office.mail.send({ ...base, to: 'aiko@example.com' })
    await office.mail.deliverNow()
    const event = {
      event: 'open',
      email: 'a@example.com',
      sg_event_id: 'o1',
      'smtp-id': `<${id}@example.com>`,
    }
    await post(signed(office, [event]))
    assert.notEqual((await office.mail.list()).items[0]?.openedAt, null)
  })

  it('refuses what is not signed, signed by another, altered, old or from the future', async () => {
    await using office = await postOffice({ config })
    const post = await webhook(office)
    const good = signed(office, [bounce])
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    const refused = [
      { ...good, headers: { 'content-type': 'application/json' } },
      { ...good, payload: good.payload.replace('aiko', 'bobo') },
      { ...good, headers: { ...good.headers, 'x-twilio-email-event-webhook-timestamp': '1' } },
      { ...good, headers: { ...good.headers, 'x-twilio-email-event-webhook-signature': 'AAAA' } },
      signed(office, [bounce], { key: stranger }),
      signed(office, [bounce], { at: office.deps.clock() - 11 * 60_000 }),
      signed(office, [bounce], { at: office.deps.clock() + 11 * 60_000 }),
    ]
    for (const request of refused) {
      const answer = await post(request)
      assert.deepEqual([answer.statusCode, answer.json().code], [403, 'MAIL_WEBHOOK_REFUSED'])
    }
    assert.deepEqual((await office.mail.suppressions.list()).items, [])
    for (const payload of ['not json', '{}', '[]', '[null]']) {
      const body = signed(office, payload)
      const timestamp = body.headers['x-twilio-email-event-webhook-timestamp'] ?? ''
      const signature = sign('sha256', Buffer.from(timestamp + payload), pair.privateKey)
      body.headers['x-twilio-email-event-webhook-signature'] = signature.toString('base64')
      assert.equal((await post({ ...body, payload })).statusCode, 204)
    }
  })

  it('takes only a key it can use, and asks staging for a list', () => {
    const { variables, check } = mailConfig
    const accepted = (text: string) => variables.sendgridPublicKey.schema.safeParse(text).success
    assert.equal(accepted(publicKey), true)
    assert.equal(accepted('nonsense'), false)
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
    assert.equal(accepted(rsa.export({ format: 'der', type: 'spki' }).toString('base64')), false)
    assert.equal(variables.from.schema.safeParse('A\nBcc: x <a@b.jp>').success, false)
    const values = {
      url: new Secret('smtp://mail.example.com', { register: false }),
      from: 'a@b.jp',
      allowTo: [],
      tracking: false,
      sendgridPublicKey: undefined,
    }
    assert.equal(check?.(values, 'staging')[0]?.variable, 'MAIL_ALLOW_TO')
    assert.deepEqual(check?.(values, 'production'), [])
    assert.deepEqual(check?.({ ...values, allowTo: ['@b.jp'] }, 'staging'), [])
  })

  it('is not there without a key', async () => {
    await using office = await postOffice()
    const post = await webhook(office)
    assert.equal((await post(signed(office, []))).statusCode, 404)
  })
})
