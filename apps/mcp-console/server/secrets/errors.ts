import { defineErrors } from '@minato/platform/errors'

export const secretsErrors = defineErrors({
  MCP_CONSOLE_REFERENCE_INVALID: {
    status: 422,
    title: { en: 'A reference is not well-formed', ja: '参照の書き方が正しくありません' },
    detail: {
      en: 'Write a secret as {{ bw:item:field }} with nothing before or after it, then send it again.',
      ja: '秘密の値は {{ bw:アイテム:フィールド }} の形だけで書き、前後に何も付けずに送り直してください。',
    },
  },
  MCP_CONSOLE_REFERENCE_TOO_DEEP: {
    status: 422,
    title: { en: 'Nested too deeply', ja: '入れ子が深すぎます' },
    detail: {
      en: 'Objects and lists may be nested at most {max} levels deep.',
      ja: 'オブジェクトとリストの入れ子は {max} 段までです。',
    },
  },
  MCP_CONSOLE_SECRET_ITEM_MISSING: {
    status: 422,
    title: { en: 'No such vault item', ja: '保管庫にアイテムがありません' },
    detail: {
      en: 'There is no item "{item}" (wanted: its field "{field}"). {hint}',
      ja: 'アイテム「{item}」がありません(必要なフィールド:「{field}」)。保管庫の名前を確認してください。',
    },
  },
  MCP_CONSOLE_SECRET_FIELD_MISSING: {
    status: 422,
    title: { en: 'No such field in the vault item', ja: 'アイテムにフィールドがありません' },
    detail: {
      en: 'The item "{item}" has no field "{field}", or it is empty. Add it in the vault, then try again.',
      ja: 'アイテム「{item}」にフィールド「{field}」がないか、空です。保管庫で追加してからやり直してください。',
    },
  },
  MCP_CONSOLE_LITERAL_SECRET: {
    status: 422,
    title: { en: 'A secret stands in clear', ja: '秘密の値がそのまま書かれています' },
    detail: {
      en: 'Put each secret listed in "errors" into the vault and write a reference {{ bw:item:field }} instead.',
      ja: '"errors" に示した値を保管庫に入れ、代わりに参照 {{ bw:アイテム:フィールド }} を書いてください。',
    },
  },
})
