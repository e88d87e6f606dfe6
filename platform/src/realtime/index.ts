export type { AppRealtime } from './app-realtime.ts'
export { realtimeConfig } from './config.ts'
export {
  type ClientEvent,
  defineEvent,
  type RealtimeDefinition,
  type RoomKind,
} from './definition.ts'
export type { RoomEvent } from './event-log.ts'
export type { Answer, Joined, Member } from './protocol.ts'
export { type Connection, createRealtime, type Realtime } from './realtime.ts'
