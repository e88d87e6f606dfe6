import type { Logger } from '../log/index.ts'
import type { Listen } from './database.ts'

const AGAIN_MS = 1000

/**
 * A connection of its own for notifications (LISTEN is of a session), made at the first use and made
 * again when it breaks. What is told in between is lost: listeners must also look by themselves.
 */
export function listenOn(options: { url: string; log: Logger }): Listen {
  return async (channel, heard) => {
    const { default: pg } = await import('pg')
    let stopped = false
    let timer: NodeJS.Timeout | undefined
    let client: InstanceType<typeof pg.Client> | undefined
    const connect = async (): Promise<void> => {
      client = new pg.Client({
        connectionString: options.url,
        keepAlive: true,
        application_name: 'minato listen',
      })
      client.on('notification', ({ payload }) => heard(payload ?? ''))
      // More than once: a server that stops says so, then breaks the connection; unheard, it would end the process.
      client.on('error', (error) => again(error))
      client.once('end', () => again(undefined))
      await client.connect()
      await client.query(`listen ${client.escapeIdentifier(channel)}`)
    }
    const again = (error: unknown): void => {
      if (stopped || timer !== undefined) return
      options.log.warn('database.listen_lost', { channel, err: error })
      timer = setTimeout(() => {
        timer = undefined
        connect().catch(again)
      }, AGAIN_MS)
    }
    await connect()
    return async () => {
      stopped = true
      clearTimeout(timer)
      await client?.end().catch(() => undefined)
    }
  }
}
