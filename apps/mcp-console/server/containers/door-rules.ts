/** What a web process may ask of Docker: to look at containers of ours, and to start, stop, remove and talk to them. */
export type DoorCall =
  | { kind: 'list' }
  | { kind: 'inspect' | 'logs' | 'stats' | 'start' | 'stop' | 'remove' | 'attach'; id: string }

const ONE = /^\/containers\/([0-9a-f]{64})(?:\/(json|logs|stats|start|stop|attach))?$/

const KINDS: Record<string, Exclude<DoorCall['kind'], 'list'>> = {
  'GET json': 'inspect',
  'GET logs': 'logs',
  'GET stats': 'stats',
  'POST start': 'start',
  'POST stop': 'stop',
  'POST attach': 'attach',
  'DELETE ': 'remove',
}

/** The call a request is, or undefined for everything else: creating, running programs in, images, volumes, … */
export function doorCall(method: string, url: string): DoorCall | undefined {
  const path = url.split('?', 1)[0] ?? ''
  if (method === 'GET' && path === '/containers/json') return { kind: 'list' }
  const [, id, verb = ''] = ONE.exec(path) ?? []
  const kind = KINDS[`${method} ${verb}`]
  return id === undefined || kind === undefined ? undefined : { kind, id }
}
