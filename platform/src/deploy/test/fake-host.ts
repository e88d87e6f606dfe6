import type { Answer, Half, Host, Part, PartHealth, Ran } from '../host.ts'
import type { Color } from '../record.ts'

type Process = { release: string; state: PartHealth['state'] }

export type FakeHost = Host & {
  /** Every act, in order: `start green web`. */
  acts: string[]
  active: Color
  parts: Map<string, Process>
  requests: Record<Color, { all: number; errors: number; slow: number }>
  /** Changes what an act does: throws, hangs, answers. */
  on: {
    once?: (half: Half, args: readonly string[]) => Partial<Ran> | undefined
    start?: (half: Half, part: Part) => PartHealth['state'] | undefined
    point?: (color: Color) => void
    web?: (color: Color, path: string) => Partial<Answer> | undefined
    any?: (act: string) => void
  }
  /** People's requests arrive at whoever serves. */
  serve(requests: number, errors?: number): void
  /** A part of a color ends by itself. */
  crash(color: Color, part: Part): void
}

/** One Docker host in memory: what a deploy may do to it, and what it answers. */
export function fakeHost(release = 'minato:1'): FakeHost {
  const acts: string[] = []
  const parts = new Map<string, Process>([
    ['blue web', { release, state: 'healthy' }],
    ['blue worker', { release, state: 'healthy' }],
  ])
  const requests = { blue: { all: 0, errors: 0, slow: 0 }, green: { all: 0, errors: 0, slow: 0 } }
  const act = (text: string) => {
    acts.push(text)
    host.on.any?.(text)
  }
  const host: FakeHost = {
    by: 'test@host',
    acts,
    active: 'blue',
    parts,
    requests,
    on: {},
    look: async () => ({
      active: host.active,
      releases: {
        blue: parts.get('blue web')?.release ?? null,
        green: parts.get('green web')?.release ?? null,
      },
    }),
    has: async (image) => !image.includes('missing'),
    async once(half, args) {
      act(`once ${half.color} ${args.join(' ')}`)
      return { code: 0, stdout: answerTo(args), stderr: '', ...host.on.once?.(half, args) }
    },
    async start(half, part) {
      act(`start ${half.color} ${part}`)
      const state = host.on.start?.(half, part) ?? 'healthy'
      parts.set(`${half.color} ${part}`, { release: half.release, state })
      requests[half.color] = { all: 0, errors: 0, slow: 0 }
    },
    async health(color, part) {
      const found = parts.get(`${color} ${part}`)
      const running = found?.state === 'healthy' ? 2 : 0
      return { state: found?.state ?? 'none', running, restarts: 0 }
    },
    lastWords: async () => 'Error: it was built so',
    async stop(color, part) {
      if (parts.delete(`${color} ${part}`)) act(`stop ${color} ${part}`)
    },
    async point(color) {
      host.on.point?.(color)
      act(`point ${color}`)
      host.active = color
    },
    settle: async ({ color, release: image }) => act(`settle ${color} ${image}`),
    async web(color, path) {
      if (!parts.has(`${color} web`)) return []
      const body = path === '/metrics' ? metrics(requests[color]) : pages[path]
      const type = path === '/sign-in' ? 'text/html' : 'application/json'
      const answer = { url: `http://web-${color}:3000${path}`, status: 200, ms: 1, type }
      return [{ ...answer, body: body ?? '', ...host.on.web?.(color, path) }]
    },
    async front(path) {
      requests[host.active].all += 1
      const running = parts.get(`${host.active} web`)?.state === 'healthy'
      const status = running ? 200 : 502
      return { url: path, status, ms: 1, type: 'application/json', body: '' }
    },
    close: async () => undefined,
    serve(count, errors = 0) {
      requests[host.active].all += count
      requests[host.active].errors += errors
    },
    crash: (color, part) => {
      const found = parts.get(`${color} ${part}`)
      if (found !== undefined) found.state = 'unhealthy'
    },
  }
  return host
}

const pages: Record<string, string> = {
  '/health/ready': '{"status":"ready"}',
  '/sign-in': '<div id="root"></div>',
  '/api/shell': '{"apps":[]}',
}

function answerTo(args: readonly string[]): string {
  if (args.includes('--plan')) return '{"pending":[],"faults":[]}\n'
  if (args[0] === 'migrate' && args[1] === 'status') return '[]\n'
  if (args[0] === 'migrate') return '{"applied":[]}\n'
  if (args[0] === 'backup') return '{"id":"2026-12-01-deploy"}\n'
  return '{}\n'
}

function metrics({ all, errors, slow }: { all: number; errors: number; slow: number }): string {
  const labels = 'method="GET",route="/api/shell"'
  return [
    `http_requests_total{${labels},status="200"} ${all - errors}`,
    `http_requests_total{${labels},status="500"} ${errors}`,
    `http_request_duration_seconds_bucket{${labels},le="0.025"} ${all - slow}`,
    `http_request_duration_seconds_bucket{${labels},le="5"} ${all}`,
    `http_request_duration_seconds_bucket{${labels},le="+Inf"} ${all}`,
    '',
  ].join('\n')
}
