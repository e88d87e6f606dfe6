import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib'
import * as acm from 'aws-cdk-lib/aws-certificatemanager'
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront'
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as s3 from 'aws-cdk-lib/aws-s3'
import type { Settings } from './settings.ts'

export type Storage = {
  files: s3.Bucket
  /** What `minato backup` writes; web never reaches it. */
  backups: s3.Bucket
  distribution: cloudfront.Distribution
}

const closed = {
  blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
  encryption: s3.BucketEncryption.S3_MANAGED,
  enforceSSL: true,
  versioned: true,
  objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
  removalPolicy: RemovalPolicy.RETAIN,
} as const

/** Names both regions know: a stack cannot refer to a bucket that another region makes. */
export function copyNames({ account, backupRegion }: Settings) {
  return {
    files: `minato-files-copy-${account}-${backupRegion}`,
    backups: `minato-backups-copy-${account}-${backupRegion}`,
  }
}

/** The buckets of the second region. Nothing is read from here until the first region is lost. */
export function createCopies(stack: Stack, settings: Settings): void {
  for (const [name, bucketName] of Object.entries(copyNames(settings))) {
    new s3.Bucket(stack, `Copy-${name}`, {
      ...closed,
      bucketName,
      lifecycleRules: [
        {
          id: 'cold-after-90-days',
          transitions: [
            { storageClass: s3.StorageClass.GLACIER, transitionAfter: Duration.days(90) },
          ],
          noncurrentVersionExpiration: Duration.days(365),
        },
      ],
    })
  }
}

/** Files with their versions and copies, and the distribution of what is public among them. */
export function createStorage(stack: Stack, settings: Settings): Storage {
  const copies = copyNames(settings)
  const copied = (name: keyof typeof copies): s3.ReplicationRule => ({
    id: `${name}-copy`,
    destination: s3.Bucket.fromBucketName(stack, `CopyOf-${name}`, copies[name]),
    deleteMarkerReplication: false,
    priority: 1,
  })
  const copiers = { files: copier(stack, 'Files'), backups: copier(stack, 'Backups') }
  const files = new s3.Bucket(stack, 'Files', {
    ...closed,
    replicationRole: copiers.files,
    replicationRules: [copied('files')],
    lifecycleRules: [
      { id: 'temporary', prefix: 'files/temp/', expiration: Duration.days(7) },
      {
        id: 'old-versions',
        noncurrentVersionTransitions: [
          { storageClass: s3.StorageClass.GLACIER, transitionAfter: Duration.days(90) },
        ],
        noncurrentVersionExpiration: Duration.days(365),
        abortIncompleteMultipartUploadAfter: Duration.days(7),
      },
    ],
  })
  const backups = new s3.Bucket(stack, 'Backups', {
    ...closed,
    replicationRole: copiers.backups,
    replicationRules: [copied('backups')],
    // Minato deletes by its own retention; this is the longest that a deleted one can be brought back.
    lifecycleRules: [{ id: 'old-versions', noncurrentVersionExpiration: Duration.days(30) }],
  })
  allowCopies(copiers.files, files, copies.files)
  allowCopies(copiers.backups, backups, copies.backups)
  return { files, backups, distribution: createDistribution(stack, settings, files) }
}

/** One role a bucket: the one that the library makes has a fixed name, which two buckets cannot share. */
function copier(stack: Stack, id: string): iam.Role {
  return new iam.Role(stack, `${id}Copier`, {
    assumedBy: new iam.ServicePrincipal('s3.amazonaws.com'),
  })
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html */
function allowCopies(role: iam.IRole, from: s3.IBucket, copy: string): void {
  const allow = (actions: string[], resource: string) =>
    role.addToPrincipalPolicy(new iam.PolicyStatement({ actions, resources: [resource] }))
  allow(['s3:GetReplicationConfiguration', 's3:ListBucket'], from.bucketArn)
  allow(
    ['s3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging'],
    from.arnForObjects('*'),
  )
  allow(['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'], `arn:aws:s3:::${copy}/*`)
}

/** Only `public/` is served: all else is reached by the signed links that Minato makes. */
function createDistribution(
  stack: Stack,
  settings: Settings,
  files: s3.Bucket,
): cloudfront.Distribution {
  return new cloudfront.Distribution(stack, 'FilesDistribution', {
    comment: 'Minato: public files',
    domainNames: [filesDomain(settings)],
    certificate: acm.Certificate.fromCertificateArn(
      stack,
      'FilesCertificate',
      settings.filesCertificateArn,
    ),
    minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
    httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
    defaultBehavior: {
      origin: origins.S3BucketOrigin.withOriginAccessControl(files, {
        originPath: '/files/public',
      }),
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      allowedMethods: cloudfront.AllowedMethods.ALLOW_GET_HEAD,
      cachePolicy: cloudfront.CachePolicy.CACHING_OPTIMIZED,
      responseHeadersPolicy: cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
      compress: true,
    },
  })
}

export function filesDomain({ domain }: Settings): string {
  return `files.${domain}`
}
