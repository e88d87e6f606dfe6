import { defineErrors } from '@minato/platform/errors'

export const configurationErrors = defineErrors({
  MCP_CONSOLE_CONFIGURATION_INVALID: {
    status: 422,
    title: { en: 'Configuration not valid', ja: '設定を確認してください' },
    detail: {
      en: 'Nothing was saved. Correct the places listed in "errors" and save again.',
      ja: '保存していません。"errors" に示した箇所を直して、もう一度保存してください。',
    },
  },
  MCP_CONSOLE_CONFIGURATION_CHANGED: {
    status: 409,
    title: { en: 'Somebody saved meanwhile', ja: '他の人が先に保存しました' },
    detail: {
      en: 'The configuration is at version {current} now; yours began at {base}. Compare the two, then save on top of {current}.',
      ja: '設定は現在バージョン {current} です(編集の元は {base})。差分を確認し、{current} の上に保存し直してください。',
    },
  },
  MCP_CONSOLE_CONFIGURATION_BASE_MISSING: {
    status: 428,
    title: { en: 'Say which version you edited', ja: '編集元のバージョンが必要です' },
    detail: {
      en: 'Send the version you began with, in "version" or in If-Match, so that nobody\'s change is lost.',
      ja: '他の人の変更を失わないよう、編集元のバージョンを "version" か If-Match で送ってください。',
    },
  },
})
