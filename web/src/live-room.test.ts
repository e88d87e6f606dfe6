import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, mock, test } from 'node:test'
import fc from 'fast-check'
import type { Socket } from 'socket.io-client'
import { joinRoom, type RoomEvent, type RoomHandlers } from './live-room.ts'

const ROOM = 'quay:1'
const durable = (seq: number, room = ROOM): RoomEvent => ({
  room,
  seq,
  event: 'n',
  data: seq,
  at: '2026-11-22T00:00:00.000Z',
})
const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => durable(from + n))

type Asked = { act: string; input: { room: string; after?: number } }
type Reply = (asked: Asked) => unknown

/** A connection whose other end is written in the test; `log` is what the server keeps. */
function fakeSocket(reply: Reply) {
  const listeners = new Map<string, Set<(value: never) => void>>()
  const asked: Asked[] = []
  const fake = {
    connected: true,
    on(name: string, listener: (value: never) => void) {
      listeners.set(name, (listeners.get(name) ?? new Set()).add(listener))
    },
    off: (name: string, listener: (value: never) => void) => listeners.get(name)?.delete(listener),
    emit: (act: string, input: Asked['input']) => void asked.push({ act, input }),
    timeout: () => ({
      async emitWithAck(act: string, input: Asked['input']) {
        asked.push({ act, input })
        return await reply({ act, input })
      },
    }),
  }
  return {
    socket: fake as unknown as Socket,
    asked,
    say(name: string, value?: unknown) {
      for (const listener of listeners.get(name) ?? []) listener(value as never)
    },
    setConnected(connected: boolean) {
      fake.connected = connected
    },
    listening: () => [...listeners.values()].reduce((count, { size }) => count + size, 0),
  }
}

/** A server with a log; a page holds `size` events, and older ones than `kept` are gone. */
function server(log: () => RoomEvent[], { size = 500, kept = 1 } = {}): Reply {
  return ({ input: { after } }) => {
    const all = log()
    const seq = all.at(-1)?.seq ?? 0
    if (after === undefined) return ok({ seq, events: [], more: false, missed: false })
    const left = all.filter((event) => (event.seq ?? 0) > after && (event.seq ?? 0) >= kept)
    const events = left.slice(0, size)
    const missed = after < seq && (events[0]?.seq ?? seq + 1) > after + 1
    return ok({ seq, events, more: events.length === size, missed })
  }
}
const ok = (result: object) => ({ ok: true, result })

/** Lets every answer that is on its way arrive, and every gap be looked at. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve))
    mock.timers.tick(200)
  }
  await new Promise((resolve) => setImmediate(resolve))
}

describe('a room over a connection', () => {
  let seen: (number | string | null)[]
  let handlers: RoomHandlers
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] })
    seen = []
    handlers = {
      onEvent: ({ seq, event }) => void seen.push(seq ?? event),
      onMissed: () => void seen.push('missed'),
      onRefused: ({ code }) => void seen.push(code),
    }
  })

  afterEach(() => mock.timers.reset())

  test('starts at the present, or after the number it was given', async () => {
    const now = fakeSocket(server(() => range(1, 3)))
    const room = joinRoom(now.socket, ROOM, handlers)
    await settled()
    assert.deepEqual(seen, [])
    assert.equal(room.seq(), 3)
    assert.deepEqual(now.asked, [{ act: 'join', input: { room: ROOM } }])
    joinRoom(fakeSocket(server(() => range(1, 3))).socket, ROOM, handlers, 1)
    await settled()
    assert.deepEqual(seen, [2, 3])
  })

  test('takes each number once and in order; what is missing is asked for', async () => {
    let log = range(1, 1)
    const wire = fakeSocket(server(() => log))
    joinRoom(wire.socket, ROOM, handlers, 0)
    await settled()
    log = range(1, 5)
    wire.say('event', durable(2))
    wire.say('event', durable(2))
    wire.say('event', durable(1))
    wire.say('event', durable(5))
    wire.say('event', durable(4))
    assert.deepEqual(seen, [1, 2])
    await settled()
    assert.deepEqual(seen, [1, 2, 3, 4, 5])
    assert.deepEqual(wire.asked[1], { act: 'replay', input: { room: ROOM, after: 2 } })
  })

  test('passes fleeting events on at once, and those of other rooms never', async () => {
    const wire = fakeSocket(server(() => []))
    joinRoom(wire.socket, ROOM, handlers, 0)
    wire.say('event', { ...durable(1), seq: null, event: 'gull' })
    wire.say('event', durable(1, 'quay:2'))
    wire.say('head', { room: 'quay:2', seq: 9 })
    await settled()
    assert.deepEqual(seen, ['gull'])
    assert.equal(wire.asked.length, 1)
  })

  test('a newer number of the room without its event is a loss, and made good', async () => {
    let log = range(1, 1)
    const wire = fakeSocket(server(() => log))
    joinRoom(wire.socket, ROOM, handlers, 1)
    await settled()
    log = range(1, 2)
    wire.say('head', { room: ROOM, seq: 2 })
    await settled()
    wire.say('head', { room: ROOM, seq: 2 })
    await settled()
    assert.deepEqual(seen, [2])
    assert.equal(wire.asked.length, 2)
  })

  test('reads page after page', async () => {
    const wire = fakeSocket(server(() => range(1, 7), { size: 3 }))
    joinRoom(wire.socket, ROOM, handlers, 0)
    await settled()
    assert.deepEqual(seen, [1, 2, 3, 4, 5, 6, 7])
    assert.deepEqual(
      wire.asked.map(({ act, input }) => [act, input.after]),
      [
        ['join', 0],
        ['replay', 3],
        ['replay', 6],
      ],
    )
  })

  test('says when events are older than what is kept, then goes on', async () => {
    const wire = fakeSocket(server(() => range(1, 6), { kept: 5 }))
    joinRoom(wire.socket, ROOM, handlers, 1)
    await settled()
    assert.deepEqual(seen, ['missed', 5, 6])
  })

  test('joins again after a reconnect, from where it was', async () => {
    let log = range(1, 2)
    const wire = fakeSocket(server(() => log))
    joinRoom(wire.socket, ROOM, handlers, 0)
    await settled()
    wire.setConnected(false)
    log = range(1, 4)
    wire.setConnected(true)
    wire.say('connect')
    await settled()
    assert.deepEqual(seen, [1, 2, 3, 4])
    assert.deepEqual(wire.asked.at(-1), { act: 'join', input: { room: ROOM, after: 2 } })
  })

  test('asks again after a passing refusal, and tells a real one', async () => {
    let refusals = 2
    const answer = server(() => range(1, 2))
    const wire = fakeSocket((asked) => {
      refusals -= 1
      return refusals >= 0 ? { ok: false, error: { code: 'RATE_LIMITED' } } : answer(asked)
    })
    joinRoom(wire.socket, ROOM, handlers, 0)
    for (let turn = 0; turn < 3; turn += 1) {
      await settled()
      mock.timers.tick(2000)
    }
    await settled()
    assert.deepEqual(seen, [1, 2])
    assert.deepEqual(
      wire.asked.map(({ act }) => act),
      ['join', 'join', 'join'],
    )
    const error = { code: 'REALTIME_ROOM_UNKNOWN', detail: '' }
    joinRoom(fakeSocket(() => ({ ok: false, error })).socket, ROOM, handlers)
    await settled()
    assert.deepEqual(seen, [1, 2, 'REALTIME_ROOM_UNKNOWN'])
  })

  test('events that overtook each other are put in order without asking', async () => {
    const wire = fakeSocket(server(() => range(1, 1)))
    joinRoom(wire.socket, ROOM, handlers, 1)
    wire.say('event', durable(4))
    await settled()
    wire.say('event', durable(3))
    wire.say('head', { room: ROOM, seq: 4 })
    wire.say('event', durable(2))
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(seen, [2, 3, 4])
    const asked = wire.asked.length
    await settled()
    assert.equal(wire.asked.length, asked)
  })

  test('leaves nothing behind', async () => {
    const wire = fakeSocket(server(() => []))
    const room = joinRoom(wire.socket, ROOM, handlers)
    await settled()
    room.leave()
    assert.equal(wire.listening(), 0)
    assert.deepEqual(wire.asked.at(-1), { act: 'leave', input: { room: ROOM } })
    const late = fakeSocket(() => ({ ok: false, error: { code: 'RATE_LIMITED' } }))
    const left = joinRoom(late.socket, ROOM, handlers)
    await new Promise((resolve) => setImmediate(resolve))
    left.leave()
    mock.timers.tick(5000)
    await settled()
    assert.deepEqual(
      late.asked.map(({ act }) => act),
      ['join', 'leave'],
    )
  })

  test('whatever is lost, doubled or late: every event once, in order', async () => {
    const fate = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('deliver' as const), lag: fc.nat(3) }),
        fc.record({ kind: fc.constantFrom('lose', 'head', 'cut') }),
      ),
      { maxLength: 30 },
    )
    await fc.assert(
      fc.asyncProperty(fate, fc.integer({ min: 1, max: 4 }), async (fates, size) => {
        const got: (number | null)[] = []
        const log: RoomEvent[] = []
        const wire = fakeSocket(server(() => log, { size }))
        joinRoom(wire.socket, ROOM, { onEvent: ({ seq }) => void got.push(seq) }, 0)
        for (const one of fates) {
          if (one.kind === 'cut') wire.say('connect')
          else if (one.kind === 'head') wire.say('head', { room: ROOM, seq: log.length })
          else log.push(durable(log.length + 1))
          // Late: an older one again.
          if ('lag' in one) wire.say('event', durable(Math.max(1, log.length - one.lag)))
          if (one.kind === 'lose') await settled()
        }
        wire.say('head', { room: ROOM, seq: log.length })
        for (let turn = 0; turn < 20; turn += 1) await settled()
        assert.deepEqual(
          got,
          log.map(({ seq }) => seq),
        )
      }),
      { numRuns: 60 },
    )
  })
})
