import type { Readable } from 'node:stream'
import type { RouteServer } from '@minato/platform/app'
import { openEventStream } from '@minato/platform/http'
import type { ContainerStats } from 'dockerode'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { readyContainer } from './acts.ts'
import { asking, docker } from './docker.ts'
import { lineReader } from './frames.ts'
import { inspectContainer } from './inspect.ts'
import { type StatsView, statsView, viewStats } from './stats.ts'

const MAX_LINE_BYTES = 1024 * 1024

/** `GET /containers/{id}/stats`: CPU and memory now; with `?follow=true` every second, as server-sent events `stats`. */
export function statsRoutes(server: RouteServer, services: ConsoleServices): void {
  server.get(
    '/containers/:id/stats',
    {
      config: { permission: 'mcp-console.view', rate: 'read' },
      schema: {
        params: z.object({ id: z.uuid() }),
        querystring: z.object({ follow: z.enum(['true', 'false']).default('false') }),
        response: { 200: statsView },
      },
    },
    async (request, reply): Promise<StatsView> => {
      const row = await readyContainer(services, request.params.id)
      const { Id } = await inspectContainer(services, row.dockerId, row.name)
      const container = docker(services).getContainer(Id)
      if (request.query.follow === 'false') {
        return viewStats(await asking(services, () => container.stats({ stream: false })))
      }
      const stream = await asking(services, () => container.stats({ stream: true }))
      await send(request, reply, stream as Readable)
      return reply as never // hijacked: the answer is on its way already
    },
  )
}

async function send(request: FastifyRequest, reply: FastifyReply, source: Readable): Promise<void> {
  const events = openEventStream(request, reply)
  events.signal.addEventListener('abort', () => source.destroy(), { once: true })
  const lines = lineReader(MAX_LINE_BYTES)
  try {
    for await (const piece of source) {
      for (const line of lines.push(piece as Buffer)) {
        const stats = JSON.parse(line.toString('utf8')) as ContainerStats
        events.send({ event: 'stats', data: viewStats(stats) })
      }
    }
  } catch (error) {
    if (!events.signal.aborted) throw error
  } finally {
    source.destroy()
    events.end()
  }
}
