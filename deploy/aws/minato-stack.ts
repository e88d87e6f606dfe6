import { type App, CfnOutput, Stack, Tags } from 'aws-cdk-lib'
import { createAlarms } from './alarms.ts'
import { createBackups, createCopyVault } from './backup.ts'
import { createBalancer, createNames, scale } from './balancer.ts'
import { createData } from './data.ts'
import { createNetwork } from './network.ts'
import { createRedisPassword, taskSecrets } from './secrets.ts'
import { createServices } from './service.ts'
import type { Settings } from './settings.ts'
import { createCopies, createStorage } from './storage.ts'
import { ZonedStack } from './zoned-stack.ts'

/**
 * Minato in one region of AWS, and the copies of its data in a second one. The second is deployed first: replication
 * wants its destination to be there.
 */
export function createStacks(app: App, settings: Settings): { main: Stack; copies: Stack } {
  const { account, region, zones, backupRegion } = settings
  const copies = new Stack(app, 'MinatoCopies', { env: { account, region: backupRegion } })
  createCopies(copies, settings)
  createCopyVault(copies)
  const main = new ZonedStack(
    app,
    'Minato',
    { env: { account, region }, terminationProtection: true },
    zones.map((zone) => region + zone),
  )
  main.addStackDependency(copies)
  fill(main, settings)
  for (const stack of [copies, main]) Tags.of(stack).add('system', 'minato')
  return { main, copies }
}

function fill(stack: Stack, settings: Settings): void {
  const network = createNetwork(stack)
  const redisPassword = createRedisPassword(stack)
  const data = createData(stack, network, redisPassword)
  const storage = createStorage(stack, settings)
  const services = createServices(stack, {
    settings,
    network,
    storage,
    secrets: taskSecrets(stack, data, redisPassword),
  })
  const balancer = createBalancer(stack, settings, network, services.web)
  scale(services.web, settings, balancer)
  createNames(stack, settings, balancer, storage)
  createBackups(stack, settings, data.database)
  createAlarms(stack, { mail: settings.alarmMail, balancer, services, data })
  new CfnOutput(stack, 'Url', { value: `https://${settings.domain}` })
  new CfnOutput(stack, 'ReadReplicaAddress', { value: data.replica.dbInstanceEndpointAddress })
}
