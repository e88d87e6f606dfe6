import { createHash, randomBytes } from 'node:crypto'
import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { generateKeys } from '../../keys/index.ts'
import { type Answers, originOf } from './answers.ts'
import { type EnvLine, mergeEnv } from './env-file.ts'
import { selfSigned } from './self-signed.ts'
import { openSettingsFolder, type SettingsFolder, type Written } from './settings-folder.ts'

/** What a stack is made of besides what this file writes; folders below deploy/. */
const PARTS = [
  'compose.yml',
  'compose.small.yml',
  'images',
  'nginx/nginx.conf',
  'postgres',
  'redis',
  'prometheus',
  'alertmanager',
  'grafana',
  'logs',
  'acme',
]

/**
 * Writes a production stack into a folder: the compose file with what it mounts, the settings, the
 * secrets. Safe to run again: secrets and a person's own settings stay.
 *
 * @param source the folder deploy/ of this release
 */
export async function writeStack(answers: Answers, source: string, now: Date): Promise<Written> {
  await mkdir(answers.folder, { recursive: true })
  await copyParts(source, answers.folder)
  const folder = openSettingsFolder(answers.folder)
  await writeSecrets(folder, answers, now)
  await writeNginx(folder, answers, now)
  const env = mergeEnv((await folder.read('.env')) ?? '', stackLines(answers), {
    HTTP_PORT: String(answers.httpPort),
    HTTPS_PORT: String(answers.httpsPort),
    ...answers.stack,
  })
  await folder.file('.env', env)
  const there = (await folder.read('minato.env')) ?? ''
  const files = Object.keys(answers.secrets).map((name) => [`${name}_FILE`, secretPath(name)])
  // What nginx is told and what the system believes must be one address.
  const address = { PUBLIC_URL: originOf(answers) }
  const asked = {
    ...address,
    ...answers.settings,
    ...(Object.fromEntries(files) as Record<string, string>),
  }
  await folder.file('minato.env', mergeEnv(there, settingLines(answers), asked))
  return folder.written
}

async function copyParts(source: string, folder: string): Promise<void> {
  for (const part of PARTS) {
    await cp(join(source, part), join(folder, part), { recursive: true, force: true }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error // a part this release does not have
      },
    )
  }
}

async function writeSecrets(folder: SettingsFolder, answers: Answers, now: Date): Promise<void> {
  const own = (name: string) => `secrets/minato/${name}`
  const keys = generateKeys(now)
  await folder.secret(own('auth_secret'), () => keys.AUTH_SECRET)
  await folder.secret(own('encryption_keys'), () => keys.ENCRYPTION_KEYS)
  const database = await folder.secret('secrets/postgres/password', newPassword)
  const url = `postgres://minato:${database}@postgres:5432/minato`
  await folder.secret(own('database_url'), () => url)
  await folder.secret('secrets/postgres/pgbackrest.conf', () =>
    ['[global]', `repo1-cipher-pass=${newPassword()}`, ''].join('\n'),
  )
  const redisUrl = await folder.secret(
    own('redis_url'),
    () => `redis://minato:${newPassword()}@redis:6379`,
  )
  const hash = createHash('sha256').update(new URL(redisUrl).password).digest('hex')
  await folder.secret('secrets/redis/users.acl', () =>
    [
      'user default off',
      `user minato on #${hash} ~* &* +@all -@admin -@dangerous +info`,
      'user health on nopass resetkeys resetchannels -@all +ping',
      '',
    ].join('\n'),
  )
  const metrics = await folder.secret(own('metrics_token'), newPassword)
  await folder.secret('secrets/prometheus/metrics_token', () => metrics)
  await folder.secret('secrets/grafana/admin_password', newPassword)
  for (const [name, value] of Object.entries(answers.secrets)) {
    await folder.secret(own(name.toLowerCase()), () => value)
  }
}

async function writeNginx(folder: SettingsFolder, answers: Answers, now: Date): Promise<void> {
  const origin = originOf(answers)
  // `nginx` is the name inside, by which `minato audit` asks from a container beside it.
  await folder.file('nginx/site/server-name.conf', `server_name ${answers.domain} nginx;\n`)
  await folder.file('nginx/site/origin.conf', `map "" $minato_origin { default "${origin}"; }\n`)
  await folder.first(
    'nginx/upstream/upstream.conf',
    '# The colour in service. `minato deploy` changes the word and reloads nginx.\nmap "" $minato_web { default web-blue; }\n',
  )
  if (answers.certificate === 'given') return
  const made = selfSigned(answers.domain, now)
  if ((await folder.read('certificates/fullchain.pem')) !== undefined) return
  await folder.secret('certificates/privkey.pem', () => made.key)
  await folder.secret('certificates/fullchain.pem', () => made.certificate)
}

function stackLines(answers: Answers): EnvLine[] {
  const small = answers.size === 'small'
  return [
    { name: 'STACK_NAME', value: answers.stackName, why: 'name of the Compose project' },
    {
      name: 'COMPOSE_FILE',
      value: small ? 'compose.yml:compose.small.yml' : 'compose.yml',
      why: 'what `docker compose` reads in this folder',
    },
    {
      name: 'COMPOSE_PROFILES',
      value: profiles(answers).join(','),
      why: 'the colour in service (minato deploy changes it) and what else runs',
    },
    { name: 'MINATO_IMAGE', value: answers.image, why: 'the release' },
    { name: 'HTTP_PORT', value: String(answers.httpPort), why: 'ports that nginx publishes' },
    { name: 'HTTPS_PORT', value: String(answers.httpsPort), why: '' },
    {
      name: 'FRONT_SUBNET',
      value: '172.31.240.0/24',
      why: 'networks that nothing else on this host uses, with the fixed addresses in them',
    },
    { name: 'NGINX_ADDRESS', value: '172.31.240.250', why: '' },
    { name: 'DATA_SUBNET', value: '172.31.241.0/24', why: '' },
    { name: 'DATA_GATEWAY', value: '172.31.241.1', why: '' },
    { name: 'POSTGRES_ADDRESS', value: '172.31.241.10', why: '' },
    { name: 'REDIS_ADDRESS', value: '172.31.241.11', why: '' },
    ...(answers.certificate === 'acme'
      ? [
          { name: 'ACME_DOMAIN', value: answers.domain, why: 'whose certificate is fetched' },
          { name: 'ACME_EMAIL', value: answers.email, why: 'told to the certificate authority' },
        ]
      : []),
  ]
}

function profiles(answers: Answers): string[] {
  return [
    'blue',
    ...(answers.certificate === 'acme' ? ['acme'] : []),
    ...(answers.stack['ALERT_SMTP'] === undefined ? [] : ['alerts']),
  ]
}

function settingLines(answers: Answers): EnvLine[] {
  const origin = originOf(answers)
  const secret = (name: string, why: string) => ({
    name: `${name}_FILE`,
    value: secretPath(name),
    why,
  })
  return [
    { name: 'MINATO_ENV', value: 'production', why: 'strict rules' },
    { name: 'PUBLIC_URL', value: origin, why: 'address people use' },
    { name: 'ALLOWED_ORIGINS', value: origin, why: 'pages that may call the API' },
    secret('AUTH_SECRET', 'signs cookies and links'),
    secret('ENCRYPTION_KEYS', 'encrypts what is stored; keep a copy elsewhere'),
    secret('DATABASE_URL', ''),
    secret('REDIS_URL', ''),
    secret('METRICS_TOKEN', ''),
    { name: 'HTTP_DRAIN_DELAY', value: '2s', why: 'so that nginx notices a process that leaves' },
    { name: 'LLM_URL', value: undefined, why: 'OpenAI-compatible model server, ends in /v1' },
    { name: 'LLM_MODEL', value: undefined, why: '' },
    { name: 'MAIL_FROM', value: undefined, why: 'sender of every mail' },
    { name: 'FILES_URL', value: undefined, why: 'bucket for files; unset: a volume on this host' },
  ]
}

function secretPath(name: string): string {
  return `/run/secrets/${name.toLowerCase()}`
}

/** 256 bits; only characters that need no escaping in URLs and SQL. */
function newPassword(): string {
  return randomBytes(32).toString('base64url')
}
