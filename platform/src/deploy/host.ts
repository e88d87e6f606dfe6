import type { Color } from './record.ts'

/** A half of the stack at one image. */
export type Half = { color: Color; release: string }
export type Part = 'web' | 'worker'

/** What a program that ran to its end left. */
export type Ran = { code: number; stdout: string; stderr: string }

export type PartHealth = {
  /** `healthy`: all of them are ready; `unhealthy`: one has ended or says so; `none`: none was started. */
  state: 'healthy' | 'starting' | 'unhealthy' | 'none'
  running: number
  /** How often one of them ended and was started again: a new release must not. */
  restarts: number
}

/** One answer of one process. */
export type Answer = { url: string; status: number; ms: number; type: string; body: string }

/**
 * The door to the machine: everything a deploy does goes through these few acts, so that its order,
 * its way back and its recovery are the same for containers and for a test's stand-in.
 */
export type Host = {
  /** Who deploys and where, for the record. */
  by: string
  /** Which color people are served by, and the image of each half. */
  look(): Promise<{ active: Color; releases: Record<Color, string | null> }>
  /** Whether the image is here, pulled if need be. */
  has(release: string): Promise<boolean>
  /** Runs one `minato` command in a process of its own of that half. */
  once(half: Half, args: readonly string[], stdin?: string): Promise<Ran>
  /** Starts a part of a half; resolves when it was told to, not when it is ready. */
  start(half: Half, part: Part): Promise<void>
  health(color: Color, part: Part): Promise<PartHealth>
  /** The last lines it wrote: why it does not get ready. */
  lastWords(color: Color, part: Part): Promise<string>
  /**
   * SIGTERM; resolves when it has ended. `drain` gives it the time it needs for people and jobs;
   * `idle` is for what serves nobody, and may be still starting: it ends within seconds.
   */
  stop(color: Color, part: Part, how: 'drain' | 'idle'): Promise<void>
  /** Turns nginx to that color, or throws and leaves it as it was. */
  point(color: Color): Promise<void>
  /** Makes the half the one that comes back after a reboot. */
  settle(half: Half): Promise<void>
  /** The same question to every web process of a color, over the stack's own network. */
  web(color: Color, path: string): Promise<Answer[]>
  /** What people get now: through nginx. */
  front(path: string): Promise<Answer>
  close(): Promise<void>
}
