import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, describe, it } from 'node:test'
import { transact } from '../data/index.ts'
import { Secret } from '../log/index.ts'
import { createMail } from './index.ts'
import type { MailTables } from './tables.ts'
import { closeHouse, type PostOffice, postOffice } from './test/post-office.ts'

after(closeHouse)

const HOUR = 3_600_000
const reset = {
  to: 'aiko@example.com',
  template: 'reset' as const,
  locale: 'ja' as const,
  data: { url: 'https://minato.example.com/reset-password#token=ONE-TIME-TOKEN' },
}

async function rows(office: PostOffice) {
  return await office.database.db
    .withTables<MailTables>()
    .selectFrom('minato.mail_outbox')
    .selectAll()
    .execute()
}

async function eventually(condition: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition did not come true within 10 s')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('mail', () => {
  it('delivers in the reader’s language, as text and HTML, and erases the body', async () => {
    await using office = await postOffice()
    const { id } = await office.mail.send({ ...reset, data: { ...reset.data, name: '愛子 <b>' } })
    const [waiting] = await rows(office)
    assert.match(waiting?.body ?? '', /^v1\.k1\./)
    assert.equal(JSON.stringify(waiting).includes('ONE-TIME-TOKEN'), false)
    assert.equal(await office.mail.deliverNow(), 1)
    const [mail] = await office.delivered()
    assert.equal(mail?.subject, 'パスワードの再設定')
    assert.match(mail?.to ?? '', /aiko@example\.com/)
    const raw = await office.raw(mail?.id ?? '')
    assert.match(raw, /multipart\/alternative/)
    assert.match(raw, new RegExp(`Message-ID: <${id}@example\\.com>`, 'i'))
    assert.match(raw, /Auto-Submitted: auto-generated/i)
    const [sent] = await rows(office)
    assert.equal(sent?.state, 'sent')
    assert.equal(sent?.body, null)
    assert.equal(office.lines.join('').includes('ONE-TIME-TOKEN'), false)
  })

  it('sends once under one idempotency key', async () => {
    await using office = await postOffice()
    const message = { ...reset, idempotencyKey: 'reset:7:1' }
    const sent = await Promise.all([1, 2, 3].map(() => office.mail.send(message)))
    assert.equal(new Set(sent.map(({ id }) => id)).size, 1)
    await office.mail.deliverNow()
    assert.equal((await office.delivered()).length, 1)
  })

  it('belongs to the caller’s transaction', async () => {
    await using office = await postOffice()
    const rolledBack = transact(office.database.db, async (tx) => {
      await office.mail.send(reset, tx)
      throw new Error('undo')
    })
    await assert.rejects(rolledBack, /undo/)
    assert.deepEqual(await rows(office), [])
    await transact(office.database.db, (tx) => office.mail.send(reset, tx))
    assert.equal((await rows(office)).length, 1)
  })

  it('tries again later when the server defers, and gives up on a refusal', async () => {
    await using office = await postOffice()
    await office.scenario('defer')
    await office.mail.send(reset)
    await office.mail.deliverNow()
    const [deferred] = (await office.mail.list()).items
    assert.deepEqual(
      [deferred?.state, deferred?.reason, deferred?.attempts],
      ['queued', 'deferred:451', 1],
    )
    assert.equal(await office.mail.deliverNow(), 0)
    await office.scenario('refuse-recipient')
    office.advance(HOUR)
    assert.equal(await office.mail.deliverNow(), 1)
    const [refused] = (await office.mail.list()).items
    assert.deepEqual([refused?.state, refused?.reason], ['failed', 'refused:550'])
    assert.equal((await rows(office))[0]?.body, null)
    assert.doesNotMatch(office.lines.join(''), /aiko/)
  })

  it('waits out a server that hangs up, is away or refuses the password', async () => {
    await using office = await postOffice()
    await office.scenario('disconnect')
    await office.mail.send(reset)
    await office.mail.deliverNow()
    assert.equal((await office.mail.list()).items[0]?.state, 'queued')
    const closed = createServer().listen(0, '127.0.0.1')
    const address = closed.address()
    const port = typeof address === 'object' ? address?.port : 0
    await new Promise((resolve) => closed.close(resolve))
    const away = createMail({
      ...office.deps,
      config: {
        mail: {
          ...office.deps.config.mail,
          url: new Secret(`smtp://127.0.0.1:${port}`, { register: false }),
        },
      },
    })
    office.advance(HOUR)
    await away.deliverNow()
    const [waiting] = (await office.mail.list()).items
    assert.deepEqual([waiting?.state, waiting?.attempts], ['queued', 2])
    await office.scenario('normal')
    office.advance(2 * HOUR)
    await office.mail.deliverNow()
    assert.equal((await office.delivered()).length, 1)
  })

  it('gives up after twelve tries and says so', async () => {
    await using office = await postOffice()
    await office.scenario('defer')
    await office.mail.send(reset)
    for (let attempt = 0; attempt < 12; attempt += 1) {
      await office.mail.deliverNow()
      office.advance(2 * HOUR)
    }
    const [mail] = (await office.mail.list()).items
    assert.deepEqual([mail?.state, mail?.reason], ['failed', 'gave_up:deferred:451'])
  })

  it('takes up the mail of a sender that was killed, once its lease is over', async () => {
    await using office = await postOffice()
    await office.mail.send(reset)
    const now = office.deps.clock()
    const db = office.database.db.withTables<MailTables>()
    await db
      .updateTable('minato.mail_outbox')
      .set({
        state: 'sending',
        lease_owner: crypto.randomUUID(),
        lease_until: new Date(now + 50_000),
      })
      .execute()
    assert.equal(await office.mail.deliverNow(), 0)
    office.advance(51_000)
    assert.equal(await office.mail.deliverNow(), 1)
    assert.equal((await office.delivered()).length, 1)
  })

  it('lets two senders share the work without sending twice', async () => {
    await using office = await postOffice()
    const other = createMail(office.deps)
    for (let i = 0; i < 20; i += 1) {
      await office.mail.send({ ...reset, to: `user${i}@example.com` })
    }
    const taken = await Promise.all([office.mail.deliverNow(), other.deliverNow()])
    assert.equal(taken[0] + taken[1], 20)
    const recipients = (await office.delivered()).map((mail) => mail.to)
    assert.equal(recipients.length, 20)
    assert.equal(new Set(recipients).size, 20)
  })

  it('sends only to listed addresses where a list is given', async () => {
    await using office = await postOffice({
      config: { allowTo: ['tester@example.com', '@example.org'] },
    })
    for (const to of [
      'Tester@Example.com',
      'any@example.org',
      'aiko@example.com',
      'x@sub.example.org',
    ]) {
      await office.mail.send({ ...reset, to })
    }
    await office.mail.deliverNow()
    assert.equal((await office.delivered()).length, 2)
    const { items } = await office.mail.list({ state: 'suppressed' })
    assert.deepEqual(
      items.map((item) => item.reason),
      ['not_listed', 'not_listed'],
    )
  })

  it('sends nothing to a suppressed address until it is let through again', async () => {
    await using office = await postOffice()
    await office.mail.suppressions.add('AIKO@example.com ')
    await office.mail.send(reset)
    await office.mail.deliverNow()
    assert.equal((await office.mail.list()).items[0]?.reason, 'manual')
    assert.deepEqual(
      (await office.mail.suppressions.list()).items.map((item) => item.address),
      ['aiko@example.com'],
    )
    assert.equal(await office.mail.suppressions.remove('aiko@example.com'), true)
    await office.mail.send(reset)
    await office.mail.deliverNow()
    assert.equal((await office.delivered()).length, 1)
  })

  it('lists in pages without bodies, newest first', async () => {
    await using office = await postOffice()
    for (let i = 0; i < 5; i += 1) {
      await office.mail.send({ ...reset, to: `user${i}@example.com` })
      office.advance(1000)
    }
    const first = await office.mail.list({ limit: 3 })
    const second = await office.mail.list({ limit: 3, cursor: first.nextCursor })
    assert.deepEqual(
      [...first.items, ...second.items].map((item) => item.to[4]),
      ['4', '3', '2', '1', '0'],
    )
    assert.equal(second.nextCursor, null)
    assert.equal(JSON.stringify(first).includes('v1.k1'), false)
    assert.equal((await office.mail.list({ to: 'USER3@example.com' })).items.length, 1)
  })

  it('sends by itself when a sender runs, also what a transaction wrote, and stops cleanly', async () => {
    await using office = await postOffice()
    const stop = office.mail.startSender()
    await transact(office.database.db, (tx) => office.mail.send(reset, tx))
    await eventually(async () => (await office.delivered()).length === 1)
    await stop()
    assert.equal((await office.delivered()).length, 1)
    assert.equal((await office.mail.list()).items[0]?.state, 'sent')
  })

  it('survives a database that goes away, and says so once', async () => {
    await using office = await postOffice()
    await office.mail.send(reset)
    let away = true
    const db = office.database.db.withPlugin({
      transformQuery({ node }) {
        if (away) throw new Error('Connection terminated unexpectedly')
        return node
      },
      transformResult: async ({ result }) => result,
    })
    const mail = createMail({ ...office.deps, db })
    const stop = mail.startSender()
    const said = (event: string) => office.lines.filter((line) => line.includes(event)).length
    await eventually(() => said('mail.sender_failing') === 1)
    away = false
    await eventually(async () => (await office.delivered()).length === 1)
    await eventually(() => said('mail.sender_recovered') === 1)
    await stop()
    assert.equal(said('mail.sender_failing'), 1)
  })

  it('keeps mail queued and says so once when no server is configured', async () => {
    await using office = await postOffice({ config: { url: undefined } })
    const stop = office.mail.startSender()
    await office.mail.send(reset)
    await stop()
    assert.equal((await office.mail.list()).items[0]?.state, 'queued')
    assert.equal(office.lines.filter((line) => line.includes('mail.not_configured')).length, 1)
  })
})
