import { SecretValue, type Stack } from 'aws-cdk-lib'
import * as ecs from 'aws-cdk-lib/aws-ecs'
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager'
import type { Data } from './data.ts'

/** Made by the operator before the first deployment (README.md): Minato's root keys are never made by a machine. */
const GIVEN = {
  ENCRYPTION_KEYS: 'minato/encryption-keys',
  AUTH_SECRET: 'minato/auth-secret',
  LLM_API_KEY: 'minato/llm-api-key',
  MAIL_URL: 'minato/mail-url',
} as const

/** The password of Redis: letters and digits, since it stands in an address. */
export function createRedisPassword(stack: Stack): secretsmanager.Secret {
  return new secretsmanager.Secret(stack, 'RedisPassword', {
    description: 'Minato: Redis',
    generateSecretString: { passwordLength: 48, excludePunctuation: true },
  })
}

/** What tasks are given under the names of Minato's variables. No value stands in a task definition. */
export function taskSecrets(
  stack: Stack,
  data: Data,
  redisPassword: secretsmanager.ISecret,
): Record<string, ecs.Secret> {
  const { database, cache, key } = data
  if (database.secret === undefined) throw new Error('The database has no generated secret.')
  const password = database.secret.secretValueFromJson('password').unsafeUnwrap()
  const address = `${database.dbInstanceEndpointAddress}:${database.dbInstanceEndpointPort}`
  // The authority of RDS is fetched beside the task (service.ts); a certificate of anybody else is refused.
  const tls = 'sslmode=verify-full&sslrootcert=/certs/rds.pem'
  const composed = (id: string, description: string, value: string) =>
    new secretsmanager.Secret(stack, id, {
      description,
      encryptionKey: key,
      // Only references: CloudFormation puts the values in, and the template never has them.
      secretStringValue: SecretValue.unsafePlainText(value),
    })
  const made = {
    DATABASE_URL: composed(
      'DatabaseUrl',
      'Minato: address of PostgreSQL with its password',
      `postgres://minato:${password}@${address}/minato?${tls}`,
    ),
    REDIS_URL: composed(
      'RedisUrl',
      'Minato: address of Redis with its password',
      `rediss://:${redisPassword.secretValue.unsafeUnwrap()}@${cache.attrConfigurationEndPointAddress}:${cache.attrConfigurationEndPointPort}?cluster=true`,
    ),
    METRICS_TOKEN: new secretsmanager.Secret(stack, 'MetricsToken', {
      description: 'Minato: what a collector shows to read /metrics',
      encryptionKey: key,
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
    }),
  }
  const given = Object.entries(GIVEN).map(([variable, name]) => [
    variable,
    secretsmanager.Secret.fromSecretNameV2(stack, `Given${variable}`, name),
  ])
  const all: Record<string, secretsmanager.ISecret> = { ...made, ...Object.fromEntries(given) }
  return Object.fromEntries(
    Object.entries(all).map(([variable, secret]) => [
      variable,
      ecs.Secret.fromSecretsManager(secret),
    ]),
  )
}
