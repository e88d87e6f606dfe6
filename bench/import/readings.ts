import { DatabaseSync } from 'node:sqlite'

/** Narrow rows: a key, a name, a measurement, a moment in milliseconds, a flag. */
export const COLUMNS = ['id', 'device', 'value', 'taken_at', 'ok']

/** Makes a SQLite file with so many readings of a thousand devices. */
export function writeReadings(path: string, rows: number): void {
  const db = new DatabaseSync(path)
  db.exec(`
    pragma journal_mode = off;
    pragma synchronous = off;
    create table readings (id integer primary key, device text not null, value real not null,
                           taken_at integer not null, ok integer not null);
    begin`)
  db.prepare(
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
     insert into readings
     select i, 'device-' || (i % 1000), i * 0.25, 1700000000000 + i * 1000, i % 2 from n`,
  ).run(rows)
  db.exec('commit')
  db.close()
}
