import type { Readable } from 'node:stream'
import type { ConsoleServices } from '../config.ts'
import { asking, docker, dockerStatus, messageOf } from './docker.ts'
import { containerErrors } from './errors.ts'
import { lineReader } from './frames.ts'

type PullEvent = {
  status?: string
  id?: string
  progressDetail?: { current?: number; total?: number }
  error?: string
}

const MAX_LINE_BYTES = 1024 * 1024
/** Pulls tell of every few kilobytes; people read a few lines a second. */
const TELL_EVERY_MS = 300

/**
 * Makes sure that the image is on this machine; one that is already there is not fetched again.
 *
 * @returns whether it was fetched
 * @throws {MinatoError} MCP_CONSOLE_IMAGE_NOT_FOUND, MCP_CONSOLE_IMAGE_PULL_FAILED
 */
export async function pullImage(
  services: ConsoleServices,
  image: string,
  { signal, onPercent }: { signal: AbortSignal; onPercent(percent: number): Promise<void> },
): Promise<boolean> {
  if (await hasImage(services, image)) return false
  const { fromImage, tag } = nameParts(image)
  const stream = await asking(services, async () => {
    try {
      return await docker(services).createImage({ fromImage, tag, abortSignal: signal })
    } catch (error) {
      if (dockerStatus(error) !== undefined) throw failure(image, messageOf(error))
      throw error
    }
  })
  await follow(stream as Readable, { image, signal, clock: services.clock, onPercent })
  return true
}

async function follow(
  stream: Readable,
  options: {
    image: string
    signal: AbortSignal
    clock: () => number
    onPercent(percent: number): Promise<void>
  },
): Promise<void> {
  const { image, signal, clock, onPercent } = options
  const stop = () => stream.destroy()
  signal.addEventListener('abort', stop, { once: true })
  const layers = new Map<string, number>()
  const lines = lineReader(MAX_LINE_BYTES)
  let told = 0
  try {
    for await (const piece of stream) {
      for (const line of lines.push(piece as Buffer)) {
        const event = JSON.parse(line.toString('utf8')) as PullEvent
        if (event.error !== undefined) throw failure(image, event.error)
        noteLayer(layers, event)
      }
      if (clock() - told < TELL_EVERY_MS) continue
      told = clock()
      await onPercent(percentOf(layers))
    }
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
  signal.throwIfAborted()
}

/** Half of a layer's share is its download, half its unpacking. */
function noteLayer(layers: Map<string, number>, { id, status, progressDetail }: PullEvent): void {
  if (id === undefined || status === undefined) return
  const { current = 0, total = 0 } = progressDetail ?? {}
  const part = total > 0 ? Math.min(1, current / total) : 0
  if (status === 'Pulling fs layer' || status === 'Waiting') layers.set(id, 0)
  if (status === 'Downloading') layers.set(id, part / 2)
  if (status === 'Download complete') layers.set(id, 0.5)
  if (status === 'Extracting') layers.set(id, 0.5 + part / 2)
  if (status === 'Pull complete' || status === 'Already exists') layers.set(id, 1)
}

function percentOf(layers: Map<string, number>): number {
  if (layers.size === 0) return 0
  let sum = 0
  for (const part of layers.values()) sum += part
  return Math.round((100 * sum) / layers.size)
}

async function hasImage(services: ConsoleServices, image: string): Promise<boolean> {
  return await asking(services, async () => {
    try {
      await docker(services).getImage(image).inspect()
      return true
    } catch (error) {
      if (dockerStatus(error) === 404) return false
      throw error
    }
  })
}

/** Without a tag Docker would fetch every tag there is. */
export function nameParts(image: string): { fromImage: string; tag: string } {
  const digest = image.indexOf('@')
  if (digest !== -1) return { fromImage: image.slice(0, digest), tag: image.slice(digest + 1) }
  const colon = image.lastIndexOf(':')
  // A colon before the last slash is that of a registry's port.
  if (colon > image.lastIndexOf('/')) {
    return { fromImage: image.slice(0, colon), tag: image.slice(colon + 1) }
  }
  return { fromImage: image, tag: 'latest' }
}

function failure(image: string, message: string) {
  return /manifest unknown|not found|denied|unauthorized|does not exist/i.test(message)
    ? containerErrors.MCP_CONSOLE_IMAGE_NOT_FOUND({ image })
    : containerErrors.MCP_CONSOLE_IMAGE_PULL_FAILED({ image, message: `${message.slice(0, 200)}.` })
}
