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
  MCP_CONSOLE_SECRET_ITEM_AMBIGUOUS: {
    status: 422,
    title: { en: 'Several vault items have this name', ja: '同じ名前のアイテムが複数あります' },
    detail: {
      en: 'More than one item is called "{item}" (wanted: its field "{field}"). Use the id of the item instead.',
      ja: '「{item}」という名前のアイテムが複数あります(必要なフィールド:「{field}」)。名前の代わりにアイテムの ID を書いてください。',
    },
  },
  MCP_CONSOLE_VAULT_TIMEOUT: {
    status: 504,
    title: { en: 'The vault did not answer', ja: '保管庫が応答しません' },
    detail: {
      en: 'The vault did not give item "{item}" (field "{field}") within {seconds} s. Nothing was created; try again.',
      ja: '{seconds} 秒以内にアイテム「{item}」(フィールド「{field}」)を読み取れませんでした。何も作成していません。もう一度お試しください。',
    },
  },
  MCP_CONSOLE_VAULT_LOOKUP_FAILED: {
    status: 502,
    title: { en: 'The vault could not be read', ja: '保管庫を読み取れません' },
    detail: {
      en: 'Item "{item}" (field "{field}") could not be read from the vault. Nothing was created; try again, or lock the vault and open it anew.',
      ja: 'アイテム「{item}」(フィールド「{field}」)を読み取れませんでした。何も作成していません。もう一度試すか、保管庫を閉じて開き直してください。',
    },
  },
  MCP_CONSOLE_VAULT_LOCKED: {
    status: 409,
    title: { en: 'The vault is locked', ja: '保管庫が閉じています' },
    detail: {
      en: 'Open the Bitwarden vault again, then repeat this.',
      ja: 'Bitwarden の保管庫を開き直してから、もう一度実行してください。',
    },
  },
  MCP_CONSOLE_VAULT_CREDENTIALS: {
    status: 422,
    title: { en: 'The vault refused the sign-in', ja: '保管庫にサインインできません' },
    detail: {
      en: 'Bitwarden does not accept this e-mail address, password or API key. Check them and try again.',
      ja: 'メールアドレス、パスワード、または API キーが Bitwarden に受け付けられませんでした。確認してもう一度お試しください。',
    },
  },
  MCP_CONSOLE_VAULT_CODE_REQUIRED: {
    status: 422,
    title: { en: 'A code is needed', ja: '確認コードが必要です' },
    detail: {
      en: 'This account asks for a second step. Send the request again with the code of your authenticator or mail.',
      ja: 'このアカウントは 2 段階ログインです。認証アプリまたはメールのコードを添えて、もう一度送ってください。',
    },
  },
  MCP_CONSOLE_VAULT_CODE_WRONG: {
    status: 422,
    title: { en: 'The code is not right', ja: '確認コードが違います' },
    detail: {
      en: 'The code is wrong, too old, or was used before. Take the next one.',
      ja: 'コードが違うか、期限切れか、使用済みです。次のコードを使ってください。',
    },
  },
  MCP_CONSOLE_VAULT_RATE_LIMITED: {
    status: 429,
    title: { en: 'Bitwarden asks to wait', ja: 'Bitwarden の回数制限です' },
    detail: {
      en: 'Bitwarden has had too many requests from here. Wait a minute, then try again.',
      ja: 'Bitwarden への要求が多すぎます。1 分ほど待ってからお試しください。',
    },
  },
  MCP_CONSOLE_VAULT_UNREACHABLE: {
    status: 502,
    title: { en: 'Bitwarden cannot be reached', ja: 'Bitwarden に接続できません' },
    detail: {
      en: 'Check MCP_CONSOLE_BITWARDEN_URL, the network, and MCP_CONSOLE_BITWARDEN_CA for a server of your own.',
      ja: 'MCP_CONSOLE_BITWARDEN_URL とネットワーク、独自サーバーの場合は MCP_CONSOLE_BITWARDEN_CA を確認してください。',
    },
  },
  MCP_CONSOLE_VAULT_SLOW: {
    status: 504,
    title: { en: 'Bitwarden did not answer', ja: 'Bitwarden が応答しません' },
    detail: {
      en: 'The Bitwarden program did not finish within {seconds} s and was ended. Try again.',
      ja: 'Bitwarden のプログラムが {seconds} 秒以内に終わらないため停止しました。もう一度お試しください。',
    },
  },
  MCP_CONSOLE_VAULT_PROGRAM_MISSING: {
    status: 503,
    title: { en: 'The Bitwarden program is missing', ja: 'Bitwarden のプログラムがありません' },
    detail: {
      en: 'Install the Bitwarden CLI, or set MCP_CONSOLE_BITWARDEN_COMMAND to its path.',
      ja: 'Bitwarden CLI をインストールするか、MCP_CONSOLE_BITWARDEN_COMMAND にその場所を設定してください。',
    },
  },
  MCP_CONSOLE_VAULT_FAILED: {
    status: 502,
    title: { en: 'The vault could not be opened', ja: '保管庫を開けません' },
    detail: {
      en: 'The Bitwarden program failed for a reason it did not name. Try again; if it stays, tell an operator.',
      ja: 'Bitwarden のプログラムが失敗しました。もう一度試し、続く場合は運用担当者に伝えてください。',
    },
  },
  MCP_CONSOLE_VAULT_NEEDS_SESSION: {
    status: 403,
    title: { en: 'Only in a browser session', ja: 'ブラウザーのセッションが必要です' },
    detail: {
      en: 'A Bitwarden vault is opened for a sign-in session. Sign in instead of using an API key.',
      ja: 'Bitwarden の保管庫はサインインしたセッションで開きます。API キーではなくサインインしてください。',
    },
  },
  MCP_CONSOLE_VAULT_ITEM_TAKEN: {
    status: 409,
    title: { en: 'There is such an item', ja: '同じ名前のアイテムがあります' },
    detail: {
      en: 'Your vault has an item "{name}" already. Change that one, or take another name.',
      ja: '「{name}」はすでに保管庫にあります。そのアイテムを変更するか、別の名前にしてください。',
    },
  },
})
