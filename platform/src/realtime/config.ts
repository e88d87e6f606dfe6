import {
  bool,
  bytes,
  defineConfig,
  duration,
  integer,
  type Values,
  variable,
} from '../config/index.ts'

const variables = {
  longPolling: variable('REALTIME_LONG_POLLING', bool.default(false), {
    describe:
      'whether clients that cannot open a WebSocket may poll; needs a balancer with affinity',
  }),
  maxMessageBytes: variable('REALTIME_MAX_MESSAGE', bytes.default(64 * 1024), {
    describe: 'largest message a client may send',
  }),
  maxPerUser: variable('REALTIME_MAX_PER_USER', integer(1, 10_000).default(20), {
    describe: 'connections one user may hold in one process',
  }),
  keepMs: variable('REALTIME_KEEP', duration.default(7 * 86_400_000), {
    describe: 'how long durable events are kept for clients that come back',
  }),
}

export type RealtimeConfig = Values<typeof variables>

/** Live connections to browsers. */
export const realtimeConfig = defineConfig(variables)
