import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { discoverApps } from '../app/index.ts'
import { allChecks } from './checks.ts'
import { auditReference } from './reference.ts'
import { waiversCheck } from './waivers.ts'

const ROOT = join(import.meta.dirname, '../../..')
const none = { file: 'minato-waivers.json', active: new Map(), problems: [] }

test('docs/reference/audit.md is what the checks say (node platform/src/audit/reference.ts writes it)', async () => {
  const page = await readFile(join(ROOT, 'docs/reference/audit.md'), 'utf8')
  assert.equal(page, auditReference([waiversCheck(none), ...allChecks([])]))
})

test('every check has its words in both languages, and every app’s check is its own', async () => {
  const apps = await discoverApps(ROOT)
  for (const { id, title, why, mend, phase } of allChecks(apps)) {
    for (const words of [title, why, mend]) {
      assert.ok(words.en.length > 4 && /[ぁ-んァ-ヶ一-龠]/.test(words.ja), id)
    }
    assert.match(phase, /^(static|boot|live)$/)
  }
  for (const app of apps) {
    for (const { id } of app.checks ?? []) assert.ok(id.startsWith(`${app.name}.`), id)
  }
})

/** The lines of the go-live checklist of seed 004, as checks name them. */
const CHECKLIST = [
  '本番用ドメインの取得',
  'SSL証明書の取得',
  '各種外部サービスアカウントの作成',
  'VPCとサブネットの構成',
  'セキュリティグループの設定',
  'RDS（PostgreSQL）の構築',
  'ElastiCache（Redis）の構築',
  'S3バケットの作成',
  'CloudFrontの設定',
  'Route 53のDNS設定',
  '環境変数の設定（Secrets Manager）',
  'データベースマイグレーション',
  '初期データの投入',
  '管理者アカウントの作成',
  'SendGrid設定とテンプレート作成',
  'OpenAI API設定',
  'JWT秘密鍵の生成と設定',
  '2段階認証の有効化',
  'レート制限の設定',
  'セキュリティヘッダーの確認',
  'CORS設定の確認',
  'Sentryの設定',
  'CloudWatchアラームの設定',
  'バックアップ設定の確認',
  'ログローテーション設定',
  'ステージング環境での総合テスト',
  '負荷テストの実施',
  '災害復旧テスト',
  '監視の開始',
  'パフォーマンス確認',
  '開発環境の無効化',
  'ドキュメントの更新',
  '運用手順書の作成',
  '引き継ぎ',
]

test('every line of the go-live checklist that can be looked at is a check', () => {
  const seeds = allChecks([]).flatMap(({ seeds: own = [] }) => own)
  assert.deepEqual(
    CHECKLIST.filter((line) => !seeds.some((seed) => seed.includes(line))),
    [],
  )
})
