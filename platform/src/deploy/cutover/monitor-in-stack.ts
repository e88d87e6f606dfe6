import { COMPOSE, type ComposeProject, run } from '../compose.ts'
import type { AskMonitor } from './monitor-lines.ts'

/** Prometheus and Alertmanager publish no port: they are asked within their own containers. */
export function monitorInStack(project: ComposeProject, service: string, port: number): AskMonitor {
  return async (path) => {
    const script = `exec 3<>/dev/tcp/127.0.0.1/${port}; printf 'GET ${path} HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3; cat <&3`
    const ran = await run('docker', [...COMPOSE, 'exec', '-T', service, 'bash', '-c', script], {
      ...{ cwd: project.folder, env: project.env, timeoutMs: 20_000 },
    })
    const [head = '', ...rest] = ran.stdout.split('\r\n\r\n')
    if (ran.code !== 0) throw new Error(`${service} does not run: ${ran.stderr.trim().slice(-200)}`)
    if (!/^HTTP\/1\.\d 200/.test(head)) {
      throw new Error(`${service}${path} answers ${head.split('\r\n')[0] ?? 'nothing'}`)
    }
    return rest.join('\r\n\r\n')
  }
}
