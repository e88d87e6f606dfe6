import { defineErrors } from '../errors/index.ts'

export const dataErrors = defineErrors({
  DATA_MIGRATION_INVALID: {
    status: 500,
    title: { en: 'Invalid migration', ja: 'マイグレーションが正しくありません' },
    detail: { en: '{file}: {reason}', ja: '{file}: {reason}' },
  },
  DATA_MIGRATION_CHANGED: {
    status: 500,
    title: { en: 'Migration changed', ja: '適用済みのマイグレーションが変更されています' },
    detail: {
      en: '{file} was changed after it was applied. Restore the file and put the change into a new one.',
      ja: '{file} は適用後に変更されています。元に戻し、変更は新しいファイルに書いてください。',
    },
  },
  DATA_MIGRATIONS_PENDING: {
    status: 503,
    title: { en: 'Migrations pending', ja: '未適用のマイグレーションがあります' },
    detail: {
      en: '{count} migration(s) are not applied. Run `minato migrate`, then start again.',
      ja: '{count} 件のマイグレーションが未適用です。`minato migrate` を実行してから起動してください。',
    },
  },
  DATA_CONTRACT_TOO_EARLY: {
    status: 409,
    title: { en: 'Contract migration too early', ja: 'contract マイグレーションが早すぎます' },
    detail: {
      en: '{reason}. Deploy without the contract file first, and put it into the next release.',
      ja: '{reason}。contract のファイルを除いて先にデプロイし、次のリリースに含めてください。',
    },
  },
  DATA_MIGRATION_FAILED: {
    status: 500,
    title: { en: 'Migration failed', ja: 'マイグレーションに失敗しました' },
    detail: {
      en: '{file} failed and was rolled back: {reason}',
      ja: '{file} は失敗し、取り消されました: {reason}',
    },
  },
})
