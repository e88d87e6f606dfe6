import type { JSONColumnType } from 'kysely'

export type RealtimeTables = {
  'minato.realtime_rooms': { app: string; room: string; seq: number }
  'minato.realtime_events': {
    app: string
    room: string
    seq: number
    event: string
    data: JSONColumnType<object, string, string>
    at: Date
  }
}
