import { z } from 'zod'
import { bool, defineConfig, type Problem, type Values, variable } from '../config/index.ts'

const SHAPE = 'must look like s3://bucket/prefix?region=REGION'

const variables = {
  filesUrl: variable('FILES_URL', z.string().refine(isFilesUrl, { message: SHAPE }).optional(), {
    describe: 'object storage for files; unset keeps them on disk',
    example: 's3://bucket/prefix?endpoint=https://s3.example.com&region=ap-northeast-1',
  }),
  accessKeyId: variable('FILES_ACCESS_KEY_ID', z.string().min(1).optional(), {
    describe: 'access key id of the object storage',
    secret: true,
  }),
  secretAccessKey: variable('FILES_SECRET_ACCESS_KEY', z.string().min(1).optional(), {
    describe: 'secret access key of the object storage',
    secret: true,
  }),
  role: variable('FILES_ROLE', bool.default(false), {
    describe: 'whether the role of the ECS task or EC2 machine opens the bucket, instead of a key',
  }),
  taskPath: variable(
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    z.string().startsWith('/').optional(),
    {
      describe: 'where an ECS task finds the credentials of its role; set by ECS',
    },
  ),
}

export type FilesConfig = Values<typeof variables>

/** Where bytes are kept. Nothing set: the folder `files` below the data folder. */
export const filesConfig = defineConfig(variables, { check: credentialsBelongTogether })

function isFilesUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, username, password, searchParams } = new URL(text)
  const endpoint = searchParams.get('endpoint')
  return (
    protocol === 's3:' &&
    hostname !== '' &&
    username === '' &&
    password === '' &&
    (endpoint === null || URL.canParse(endpoint))
  )
}

function credentialsBelongTogether(values: FilesConfig): Problem[] {
  if (values.filesUrl === undefined || values.role) return []
  const missing = [
    values.accessKeyId === undefined ? 'FILES_ACCESS_KEY_ID' : '',
    values.secretAccessKey === undefined ? 'FILES_SECRET_ACCESS_KEY' : '',
  ].filter((name) => name !== '')
  return missing.map((variable) => ({
    variable,
    problem: {
      en: 'is not set although FILES_URL is',
      ja: 'が設定されていません（FILES_URL は設定済み）',
    },
    mend: {
      en: 'set the access key pair of the bucket, or FILES_ROLE on AWS, or unset FILES_URL to keep files on disk',
      ja: 'バケットのアクセスキー（AWS では FILES_ROLE も可）を設定するか、FILES_URL を外してディスクに保存してください',
    },
  }))
}
