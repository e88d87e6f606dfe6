import { defineErrors } from '../errors/index.ts'

export const auditErrors = defineErrors({
  AUDIT_RUN_UNKNOWN: {
    status: 404,
    title: { en: 'No such audit run', ja: '監査の記録がありません' },
    detail: {
      en: 'The audit has not been run yet, or this run is no longer kept. Run it with `minato audit` or on the readiness page.',
      ja: '監査がまだ実行されていないか、記録の保存期間を過ぎました。`minato audit` か本番準備のページで実行してください。',
    },
  },
})
