import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import * as backup from 'aws-cdk-lib/aws-backup'
import * as events from 'aws-cdk-lib/aws-events'
import type * as rds from 'aws-cdk-lib/aws-rds'
import type { Settings } from './settings.ts'

const KEPT = Duration.days(30)
const COPY_VAULT = 'minato-copies'

/** Where snapshots of the first region are copied to. */
export function createCopyVault(stack: Stack): void {
  new backup.BackupVault(stack, 'CopyVault', {
    backupVaultName: COPY_VAULT,
    removalPolicy: RemovalPolicy.RETAIN,
    // Nobody deletes a copy before its time, a stolen key of an administrator included.
    lockConfiguration: { minRetention: Duration.days(7) },
  })
}

/** A snapshot a day, kept thirty days, with a copy in the second region. RDS keeps its log beside it. */
export function createBackups(
  stack: Stack,
  settings: Settings,
  database: rds.DatabaseInstance,
): backup.BackupVault {
  const vault = new backup.BackupVault(stack, 'Vault', { removalPolicy: RemovalPolicy.RETAIN })
  const plan = new backup.BackupPlan(stack, 'BackupPlan', { backupVault: vault })
  const copyVault = Stack.of(stack).formatArn({
    partition: 'aws',
    service: 'backup',
    region: settings.backupRegion,
    resource: 'backup-vault',
    resourceName: COPY_VAULT,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  })
  plan.addRule(
    new backup.BackupPlanRule({
      ruleName: 'daily',
      // 3 o'clock in Tokyo.
      scheduleExpression: events.Schedule.cron({ hour: '18', minute: '0' }),
      startWindow: Duration.hours(1),
      completionWindow: Duration.hours(6),
      deleteAfter: KEPT,
      copyActions: [
        {
          destinationBackupVault: backup.BackupVault.fromBackupVaultArn(
            stack,
            'CopyDestination',
            copyVault,
          ),
          deleteAfter: KEPT,
        },
      ],
    }),
  )
  plan.addSelection('Database', {
    resources: [backup.BackupResource.fromRdsDatabaseInstance(database)],
  })
  return vault
}
