import type { ContainerInspectInfo } from 'dockerode'
import type { ConsoleServices } from '../config.ts'
import { asking, docker, dockerStatus, instanceOf, LABEL } from '../containers/index.ts'
import { referencesIn } from '../secrets/index.ts'
import type { SessionSpec } from './schema.ts'
import { TLS_TARGET } from './tls-folder.ts'

export const LABEL_SESSION = `${LABEL}.session`
/** Not the label of servers: their clean-up must leave sessions alone. */
export const LABEL_SESSION_INSTANCE = `${LABEL}.session-instance`

const CPUS = 0.5
const MEMORY_BYTES = 512 * 1024 * 1024
const PIDS = 256

/** The session's name as a host: in its certificate, and within its container. */
export const hostOf = (sessionId: string): string => `session-${sessionId}`

/** Creates the container of a session, not started: half a processor, 512 MB, no network unless asked for. */
export async function createSessionContainer(
  services: ConsoleServices,
  sessionId: string,
  spec: SessionSpec,
  env: Readonly<Record<string, string>>,
  tlsFolder: string | undefined,
): Promise<string> {
  const tls = tlsFolder === undefined ? {} : tlsEnvironment()
  const port = spec.network ? spec.port : undefined
  const created = await asking(services, async () =>
    docker(services).createContainer({
      name: `minato-${hostOf(sessionId)}`,
      Hostname: hostOf(sessionId),
      Image: spec.image,
      ...(spec.command.length === 0 ? {} : { Cmd: spec.command }),
      Env: Object.entries({ ...env, ...tls }).map(([name, value]) => `${name}=${value}`),
      Labels: {
        [LABEL]: 'session',
        [LABEL_SESSION]: sessionId,
        [LABEL_SESSION_INSTANCE]: await instanceOf(services),
      },
      OpenStdin: true,
      StdinOnce: false,
      Tty: false,
      ...(port === undefined ? {} : { ExposedPorts: { [`${port}/tcp`]: {} } }),
      HostConfig: {
        Init: true,
        NanoCpus: CPUS * 1e9,
        Memory: MEMORY_BYTES,
        MemorySwap: MEMORY_BYTES,
        PidsLimit: PIDS,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        NetworkMode: spec.network ? 'bridge' : 'none',
        ...(port === undefined
          ? {}
          : { PortBindings: { [`${port}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: '' }] } }),
        Mounts:
          tlsFolder === undefined
            ? []
            : [{ Type: 'bind', Source: tlsFolder, Target: TLS_TARGET, ReadOnly: true }],
        LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '2' } },
      },
    }),
  )
  return created.id
}

function tlsEnvironment(): Record<string, string> {
  return {
    MINATO_TLS_CA_FILE: `${TLS_TARGET}/ca.pem`,
    MINATO_TLS_CERT_FILE: `${TLS_TARGET}/cert.pem`,
    MINATO_TLS_KEY_FILE: `${TLS_TARGET}/key.pem`,
  }
}

/** What Docker knows of it, or undefined when it is gone. Holds values: never leaves this folder. */
export async function inspectSession(
  services: ConsoleServices,
  dockerId: string,
): Promise<ContainerInspectInfo | undefined> {
  return await asking(services, async () => {
    try {
      return await docker(services).getContainer(dockerId).inspect()
    } catch (error) {
      if (dockerStatus(error) === 404) return undefined
      throw error
    }
  })
}

/** The values that the session's references stand for, as its container has them: what output must not show. */
export function secretsOf(info: ContainerInspectInfo, spec: SessionSpec): string[] {
  const names = Object.keys(spec.env).filter((name) => referencesIn(spec.env[name]).length > 0)
  return names.flatMap((name) => {
    const entry = info.Config.Env.find((line) => line.startsWith(`${name}=`))
    return entry === undefined ? [] : [entry.slice(name.length + 1)]
  })
}

export async function removeByDockerId(services: ConsoleServices, dockerId: string): Promise<void> {
  await asking(services, async () => {
    try {
      await docker(services).getContainer(dockerId).remove({ force: true, v: true })
    } catch (error) {
      // 409: its removal is in progress already.
      if (![404, 409].includes(dockerStatus(error) ?? 0)) throw error
    }
  })
}

/** Containers of sessions that this installation has made: Docker's id and the session's. */
export async function listSessionContainers(services: ConsoleServices) {
  const label = [`${LABEL_SESSION_INSTANCE}=${await instanceOf(services)}`]
  const found = await asking(services, () =>
    docker(services).listContainers({ all: true, filters: { label } }),
  )
  return found.map(({ Id, Labels, State }) => ({
    dockerId: Id,
    sessionId: Labels[LABEL_SESSION] ?? '',
    running: State === 'running',
  }))
}
