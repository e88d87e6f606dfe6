import { parse } from 'yaml'
import { z } from 'zod'
import { migrationFolders } from '../../app/system.ts'
import { readMigrations } from '../../data/index.ts'
import { defineCheck, fail, type Outcome, pass, type StaticCheck, skip } from '../define-check.ts'
import { judge } from '../evidence.ts'
import type { SourceTree } from './source-tree.ts'

const migrations = defineCheck<StaticCheck>({
  id: 'data.migration-rules',
  phase: 'static',
  severity: 'high',
  title: {
    en: 'Migrations are safe to run under load',
    ja: 'マイグレーションが稼働中でも安全である',
  },
  why: {
    en: 'One that locks a table or drops what the running release reads stops the system.',
    ja: '表をロックしたり、稼働中の版が使う列を消すと、システムが止まります。',
  },
  mend: {
    en: 'Write it as the message says; put what drops into a .contract.sql one release later.',
    ja: '指示に従って書き直し、削除は次のリリースの .contract.sql に分けます。',
  },
  minutes: 60,
  seeds: ['004 デプロイ: データベースマイグレーション'],
  async run({ root, apps }) {
    const found = await readMigrations(migrationFolders(root, apps))
    const ids = found.map(({ owner, id }) => `${owner}/${id}`)
    const twice = ids.filter((id, index) => ids.indexOf(id) !== index)
    const contracts = found.filter(({ kind }) => kind === 'contract').length
    return judge(
      twice,
      { en: 'Twice:', ja: '重複:' },
      {
        en: `${found.length} migrations pass the rules, ${contracts} of them contract.`,
        ja: `${found.length} 個すべて規則どおり（contract ${contracts} 個）。`,
      },
    )
  },
})

const step = z.looseObject({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
})
const job = z.looseObject({
  steps: z.array(step).optional(),
  needs: z.union([z.string().transform((one) => [one]), z.array(z.string())]).optional(),
  permissions: z.unknown().optional(),
})
const workflow = z.looseObject({
  name: z.string().optional(),
  on: z.unknown(),
  permissions: z.unknown().optional(),
  jobs: z.record(z.string(), job),
})
type Workflow = z.infer<typeof workflow> & { path: string; source: string }

async function readWorkflows(files: SourceTree): Promise<Workflow[]> {
  const paths = files.matching(/^\.github\/workflows\/[^/]+\.ya?ml$/)
  return await Promise.all(
    paths.map(async (path) => {
      const source = (await files.read(path)) ?? ''
      return { ...workflow.parse(parse(source)), path, source }
    }),
  )
}

/** A check of the delivery pipeline; an image does not carry it. */
function pipelineCheck(
  check: Omit<StaticCheck, 'phase' | 'run'> & { look(workflows: Workflow[]): Outcome },
): StaticCheck {
  const { look, ...words } = check
  return defineCheck<StaticCheck>({
    ...words,
    phase: 'static',
    async run({ files }) {
      const found = await readWorkflows(files)
      if (found.length > 0) return look(found)
      return skip(
        'There are no workflows in .github/workflows here.',
        '.github/workflows がここにはありません。',
      )
    },
  })
}

const testedFirst = pipelineCheck({
  id: 'ci.tests-before-deploy',
  severity: 'high',
  title: { en: 'Nothing is deployed untested', ja: 'テストを通ったものだけが配備される' },
  why: {
    en: 'The one release nobody tested is the one that breaks.',
    ja: 'テストしなかったリリースに限って壊れます。',
  },
  mend: {
    en: 'Let the deploy job need the test job.',
    ja: 'deploy ジョブの needs に test ジョブを書きます。',
  },
  minutes: 15,
  seeds: ['004 CI/CDパイプライン: deploy needs test', '004 ステージング環境での総合テスト'],
  look(workflows) {
    const jobs = workflows.flatMap(({ path, jobs: all }) =>
      Object.entries(all).map(([name, one]) => ({ path, name, ...one })),
    )
    const testing = jobs.filter(
      ({ name, steps = [] }) =>
        /test/.test(name) || steps.some(({ run = '' }) => /npm (run )?test|\.ci\/run/.test(run)),
    )
    if (testing.length === 0)
      return fail(
        { en: 'No job runs the tests.', ja: 'テストを実行するジョブがありません。' },
        { file: workflows[0]?.path ?? '' },
      )
    const all = new Map(jobs.map((one) => [`${one.path}#${one.name}`, one]))
    const isTested = (path: string, name: string, seen = new Set<string>()): boolean => {
      if (testing.some((one) => one.path === path && one.name === name)) return true
      if (seen.has(name)) return false
      seen.add(name)
      return (all.get(`${path}#${name}`)?.needs ?? []).some((need) => isTested(path, need, seen))
    }
    const untested = jobs.filter(
      ({ path, name }) => /deploy|release/.test(name) && !isTested(path, name),
    )
    return judge(
      untested.map(({ name }) => name),
      { en: 'Run without the tests:', ja: 'テストなしで動くジョブ:' },
      {
        en: `Tests: ${testing.map(({ name }) => name).join(', ')}.`,
        ja: `テスト: ${testing.map(({ name }) => name).join('、')}。`,
      },
      { file: untested[0]?.path ?? '' },
    )
  },
})

const storedKeys = pipelineCheck({
  id: 'ci.no-stored-cloud-keys',
  severity: 'high',
  title: {
    en: 'The pipeline holds no keys of the cloud',
    ja: '配備の仕組みがクラウドの鍵を保存していない',
  },
  why: {
    en: 'A stored key works for whoever gets it, from anywhere, until somebody notices.',
    ja: '保存された鍵は、漏れれば誰でもどこからでも使えます。',
  },
  mend: {
    en: 'Use OIDC: permissions: id-token: write and role-to-assume.',
    ja: 'OIDC（id-token: write と role-to-assume）を使います。',
  },
  minutes: 60,
  seeds: ['004 CI/CDパイプライン: AWS credentials'],
  look(workflows) {
    const pattern =
      /secrets\.\w*(AWS_ACCESS_KEY|AWS_SECRET|GCP_(SA|CREDENTIALS)|AZURE_CREDENTIALS)|(aws-access-key-id|aws-secret-access-key|credentials_json)\s*:/i
    const wrong = workflows.flatMap(({ path, source }) =>
      source
        .split('\n')
        .flatMap((line, index) =>
          !/^\s*#/.test(line) && pattern.test(line) ? [{ file: path, line: index + 1 }] : [],
        ),
    )
    return judge(
      wrong.map(({ file, line }) => `${file}:${line}`),
      { en: 'Stored keys in:', ja: '保存された鍵:' },
      {
        en: `None in ${workflows.length} workflows.`,
        ja: `${workflows.length} 個の workflow になし。`,
      },
      wrong[0],
    )
  },
})

const pinnedActions = pipelineCheck({
  id: 'ci.pinned-actions',
  severity: 'medium',
  title: { en: 'Actions of others are pinned', ja: '外部の Action のバージョンが固定されている' },
  why: {
    en: 'A branch can be changed by its owner, or by whoever took it over, between two runs.',
    ja: 'ブランチ指定だと、乗っ取られたときに次の実行で入り込まれます。',
  },
  mend: {
    en: 'Name a version or, better, a commit.',
    ja: 'バージョンか、できればコミットを指定します。',
  },
  minutes: 15,
  look(workflows) {
    const used = workflows.flatMap(({ jobs }) =>
      Object.values(jobs).flatMap(({ steps = [] }) => steps.flatMap(({ uses }) => uses ?? [])),
    )
    const loose = used.filter(
      (one) =>
        !one.startsWith('./') &&
        !one.startsWith('docker://') &&
        !/@([0-9a-f]{40}|v\d+(\.\d+)*)$/.test(one),
    )
    return judge(
      [...new Set(loose)],
      { en: 'Not pinned:', ja: '固定されていないもの:' },
      {
        en: `${new Set(used).size} actions, all pinned.`,
        ja: `${new Set(used).size} 個すべて固定。`,
      },
      { file: workflows[0]?.path ?? '' },
    )
  },
})

const permissions = pipelineCheck({
  id: 'ci.least-permissions',
  severity: 'medium',
  title: {
    en: 'The pipeline says which rights it needs',
    ja: 'パイプラインが必要な権限だけを宣言している',
  },
  why: {
    en: 'Otherwise its token may write to the repository, for every action it runs.',
    ja: '宣言がないと、実行するすべての Action がリポジトリに書き込めます。',
  },
  mend: {
    en: 'permissions: contents: read at the top; more only in the job that needs it.',
    ja: '先頭に permissions: contents: read を書き、必要なジョブだけに追加します。',
  },
  minutes: 10,
  look(workflows) {
    const wrong = workflows.filter(
      ({ permissions: top, jobs }) =>
        top === 'write-all' ||
        (top === undefined && Object.values(jobs).some((one) => one.permissions === undefined)),
    )
    return judge(
      wrong.map(({ path }) => path),
      { en: 'Not said in:', ja: '宣言のないもの:' },
      { en: 'Said in all.', ja: 'すべて宣言済み。' },
      { file: wrong[0]?.path ?? '' },
    )
  },
})

const rebuild = pipelineCheck({
  id: 'ci.weekly-rebuild',
  severity: 'medium',
  title: {
    en: 'The image is rebuilt and searched for known holes every week',
    ja: 'イメージが毎週作り直され、既知の脆弱性を調べられる',
  },
  why: {
    en: 'An image that nobody rebuilds keeps the holes of the day it was made.',
    ja: '作り直さないイメージには、作った日の脆弱性が残り続けます。',
  },
  mend: {
    en: 'A workflow on: schedule that builds and scans, and fails on a finding.',
    ja: 'on: schedule でビルドと検査を行い、見つかれば失敗させます。',
  },
  minutes: 45,
  seeds: ['001 イメージを定期的に更新'],
  look(workflows) {
    const scheduled = workflows.filter(
      ({ on }) => typeof on === 'object' && on !== null && 'schedule' in on,
    )
    const scanning = scheduled.find(({ source }) =>
      /trivy|grype|npm audit|osv-scanner|scout|codeql|vulnerab/i.test(source),
    )
    return scanning === undefined
      ? fail(
          {
            en: 'No scheduled workflow scans the image.',
            ja: '定期的に検査する workflow がありません。',
          },
          { file: workflows[0]?.path ?? '' },
        )
      : pass(scanning.path)
  },
})

export const deliveryChecks: readonly StaticCheck[] = [
  migrations,
  testedFirst,
  storedKeys,
  pinnedActions,
  permissions,
  rebuild,
]
