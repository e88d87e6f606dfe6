import { defineErrors } from '../../errors/index.ts'

export const promptErrors = defineErrors({
  PROMPT_UNKNOWN: {
    status: 404,
    title: { en: 'No such prompt', ja: 'プロンプトがありません' },
    detail: {
      en: 'There is no prompt "{name}". Choose one of the list.',
      ja: 'プロンプト「{name}」はありません。一覧から選んでください。',
    },
  },
  PROMPT_TEMPLATE_WRONG: {
    status: 422,
    title: { en: 'The wording cannot be used', ja: 'この文面は使えません' },
    detail: {
      en: '{problem} Correct the template and save it again.',
      ja: '使えない差し込みがあります。使えるもの: {offered}。直してから保存してください。',
    },
  },
  PROMPT_CHANGED: {
    status: 409,
    title: { en: 'Changed by somebody else', ja: 'ほかの人が変更しました' },
    detail: {
      en: 'The prompt was changed at the same moment. Load it again, then repeat your change.',
      ja: '同時に別の変更が保存されました。読み込み直してから、もう一度変更してください。',
    },
  },
})
