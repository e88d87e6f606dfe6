import { randomBytes } from 'node:crypto'
import { createDiskStore } from '@minato/platform/files'
import pg from 'pg'

const FILES_PER_100_MB = 10
const BATCH = 20_000

/** Messages, the audit log and calls, as a system that has been used for years holds them; and files. */
export async function fill(url: string, folder: string, megabytes: number): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`
      insert into minato.users (email, email_key, name, roles)
      select 'u' || n || '@example.com', 'u' || n || '@example.com', '利用者 ' || n, '{user}'
        from generate_series(1, 500) n`)
    await client.query(`
      insert into chatbot.conversations (owner_id, title, created_at, updated_at)
      select id, '出荷 ' || n, now(), now() from minato.users, generate_series(1, 20) n`)
    for (;;) {
      const { rows } = await client.query(`select pg_database_size(current_database()) as bytes`)
      if (Number(rows[0].bytes) >= megabytes * 1e6) break
      await addBatch(client, Math.min(BATCH, megabytes * 100))
    }
    await client.query('analyze')
  } finally {
    await client.end()
  }
  const store = createDiskStore({ root: folder, clock: Date.now })
  const count = Math.max(2, Math.round((megabytes / 100) * FILES_PER_100_MB))
  for (let n = 0; n < count; n += 1) {
    await store.put(`chatbot/${n}.bin`, randomBytes(500_000), { contentType: 'application/pdf' })
  }
  return count
}

/** Text of which about a third is left when it is compressed, like prose. */
const PROSE = `(select string_agg(md5(random()::text) || ' 港の倉庫から出荷した荷物の追跡番号 ', '')
  from generate_series(1, 12) where n > 0)`

async function addBatch(client: pg.Client, rows: number): Promise<void> {
  await client.query(
    `insert into chatbot.messages (conversation_id, role, content, state, created_at)
     select c.id, 'user', ${PROSE}, 'done', now()
       from generate_series(1, $1::int) n
       join (select id, row_number() over () as place from chatbot.conversations) c
         on c.place = 1 + n % 10000`,
    [rows],
  )
  await client.query(
    `insert into minato.audit_log (at, actor_id, action, target, ip, metadata)
     select now(), gen_random_uuid()::text, 'order.ship', 'order:' || n, '192.0.2.7',
            jsonb_build_object('carrier', 'yamato', 'note', md5(random()::text))
       from generate_series(1, $1::int) n`,
    [rows],
  )
}
