import { z } from 'zod'
import type { OutboundInit } from '../outbound/index.ts'

/** Fixed by AWS: the credentials of an ECS task, and the metadata service of an EC2 machine. */
const TASK = 'http://169.254.170.2'
const MACHINE = 'http://169.254.169.254/latest'
const TIMEOUT_MS = 5000
const TOKEN_SECONDS = '21600'

const credentials = z.object({
  AccessKeyId: z.string(),
  SecretAccessKey: z.string(),
  Token: z.string(),
  Expiration: z.iso.datetime(),
})

export type RoleOptions = {
  outbound: { fetch(url: string | URL, init: OutboundInit): Promise<Response> }
  /** AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, which ECS sets; without it the machine's role is asked for. */
  taskPath: string | undefined
}

/**
 * The credentials of the role that the ECS task or the EC2 machine has, as the SDK wants them: it asks again before
 * they expire. The SDK's own providers open connections that `outbound` does not see.
 *
 * @example
 * new S3Client({ credentials: roleCredentials({ outbound, taskPath }) })
 * @throws {Error} when there is no such service or no role.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
 */
export function roleCredentials(options: RoleOptions) {
  return async () => {
    const found = credentials.parse(
      options.taskPath === undefined
        ? JSON.parse(await ofMachine(options))
        : JSON.parse(await ask(options, new URL(options.taskPath, TASK), {})),
    )
    return {
      accessKeyId: found.AccessKeyId,
      secretAccessKey: found.SecretAccessKey,
      sessionToken: found.Token,
      expiration: new Date(found.Expiration),
    }
  }
}

/** IMDSv2: a token first, then the name of the role, then its credentials. */
async function ofMachine(options: RoleOptions): Promise<string> {
  const token = await ask(options, `${MACHINE}/api/token`, {
    method: 'PUT',
    headers: { 'x-aws-ec2-metadata-token-ttl-seconds': TOKEN_SECONDS },
  })
  const headers = { 'x-aws-ec2-metadata-token': token }
  const roles = `${MACHINE}/meta-data/iam/security-credentials/`
  const [role = ''] = (await ask(options, roles, { headers })).split('\n')
  return await ask(options, roles + encodeURIComponent(role.trim()), { headers })
}

async function ask(
  { outbound }: RoleOptions,
  url: string | URL,
  init: { method?: string; headers?: Record<string, string> },
): Promise<string> {
  const response = await outbound.fetch(url, {
    ...init,
    trust: 'config',
    service: 'aws-role',
    timeoutMs: TIMEOUT_MS,
  })
  if (!response.ok) throw new Error(`The service of AWS for roles answered ${response.status}.`)
  return await response.text()
}
