import { defineErrors } from '../errors/index.ts'

export const deployErrors = defineErrors({
  DEPLOY_RUNNING: {
    status: 409,
    title: { en: 'A deploy is running', ja: 'デプロイを実行中です' },
    detail: {
      en: 'Process {pid} on this host has been deploying since {since}. Wait for it to end.',
      ja: 'このホストのプロセス {pid} が {since} からデプロイ中です。終了を待ってください。',
    },
  },
  DEPLOY_IMAGE_UNKNOWN: {
    status: 404,
    title: { en: 'No such image', ja: 'イメージがありません' },
    detail: {
      en: 'The image {image} is not on this host and could not be pulled. Check its name and sign in to the registry.',
      ja: 'イメージ {image} はこのホストになく、取得もできません。名前とレジストリへのログインを確認してください。',
    },
  },
  DEPLOY_SAME_RELEASE: {
    status: 409,
    title: { en: 'Already in service', ja: 'すでに稼働中です' },
    detail: {
      en: '{image} is the release in service. Deploy another one, or restart it with `docker compose restart`.',
      ja: '{image} は稼働中のリリースです。別のものをデプロイするか、`docker compose restart` で再起動してください。',
    },
  },
  DEPLOY_STACK: {
    status: 500,
    title: { en: 'The stack is not as expected', ja: 'スタックの状態が想定と異なります' },
    detail: { en: '{reason}', ja: 'スタックを確認してください: {reason}' },
  },
  DEPLOY_AUDIT_FAILED: {
    status: 409,
    title: { en: 'The audit has findings', ja: '監査で問題が見つかりました' },
    detail: {
      en: 'The audit found: {findings}. Mend them, waive them with a reason, or pass --skip-audit REASON.',
      ja: '監査の指摘: {findings}。対処するか、理由を付けて除外するか、--skip-audit 理由 を指定してください。',
    },
  },
  DEPLOY_BACKUP_FAILED: {
    status: 409,
    title: { en: 'No backup could be made', ja: 'バックアップを作成できません' },
    detail: {
      en: 'The backup before the deploy failed: {reason}. Mend it, or pass --skip-backup REASON.',
      ja: 'デプロイ前のバックアップに失敗しました: {reason}。原因を直すか、--skip-backup 理由 を指定してください。',
    },
  },
  DEPLOY_CONTRACT_TOO_EARLY: {
    status: 409,
    title: { en: 'Contract migration too early', ja: 'contract マイグレーションが早すぎます' },
    detail: {
      en: '{reason}. Leave the contract file out of this release and put it into the next one.',
      ja: '{reason}。contract のファイルをこのリリースから外し、次のリリースに含めてください。',
    },
  },
  DEPLOY_MIGRATE_FAILED: {
    status: 409,
    title: { en: 'Migration failed', ja: 'マイグレーションに失敗しました' },
    detail: {
      en: 'Migrating failed and was rolled back: {reason}',
      ja: 'マイグレーションに失敗し、取り消されました: {reason}',
    },
  },
  DEPLOY_NOT_READY: {
    status: 503,
    title: { en: 'The new release does not get ready', ja: '新しいリリースが準備完了になりません' },
    detail: { en: '{what}: {reason}', ja: '{what} が準備完了になりません: {reason}' },
  },
  DEPLOY_SMOKE_FAILED: {
    status: 503,
    title: { en: 'Smoke test failed', ja: '動作確認に失敗しました' },
    detail: { en: '{what}', ja: '動作確認: {what}' },
  },
  DEPLOY_SWITCH_FAILED: {
    status: 500,
    title: { en: 'nginx did not switch', ja: 'nginx を切り替えられません' },
    detail: { en: '{reason}', ja: 'nginx の切り替え: {reason}' },
  },
  DEPLOY_WATCH_FAILED: {
    status: 503,
    title: { en: 'The new release misbehaves', ja: '新しいリリースに異常があります' },
    detail: { en: '{reason}', ja: '監視中の異常: {reason}' },
  },
  DEPLOY_INTERRUPTED: {
    status: 499,
    title: { en: 'Interrupted', ja: '中断されました' },
    detail: {
      en: 'The deploy was interrupted in the step {step}.',
      ja: 'デプロイは {step} の途中で中断されました。',
    },
  },
  ROLLBACK_NOTHING: {
    status: 404,
    title: { en: 'Nothing to go back to', ja: '戻せるリリースがありません' },
    detail: {
      en: 'No deploy on this host put {image} in service. Deploy the wanted image by `minato deploy --image`.',
      ja: 'このホストのデプロイ履歴に {image} がありません。`minato deploy --image` で目的のイメージを指定してください。',
    },
  },
  ROLLBACK_CONTRACTED: {
    status: 409,
    title: { en: 'The way back is closed', ja: '元に戻せません' },
    detail: {
      en: '{migrations} took away what {image} needs. Mend forward, or restore the backup made before that deploy.',
      ja: '{migrations} により {image} に必要なものが取り除かれています。修正版をデプロイするか、デプロイ前のバックアップを復元してください。',
    },
  },
})
