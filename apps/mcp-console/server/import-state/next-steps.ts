import type { ImportReport, ImportTable } from '@minato/platform/app'

/** What a person does after the report, up to the end of the file. */
export function nextSteps(tables: readonly ImportTable[], applied: boolean): ImportReport['next'] {
  const reasons = new Set(tables.flatMap(({ left }) => left.map(({ reason }) => reason)))
  const steps: ImportReport['next'] = []
  if (!applied) {
    steps.push({
      en: 'Stop the old console, so that nothing changes in the file any more, and run this with --apply.',
      ja: '旧コンソールを止めてファイルが変わらないようにし、--apply を付けて実行します。',
    })
  }
  if (reasons.has('no_key')) {
    steps.push({
      en: 'Put the old OAUTH_TOKEN_ENCRYPTION_KEY into a file only you can read, and name it with --fernet-key-file.',
      ja: '旧 OAUTH_TOKEN_ENCRYPTION_KEY を自分だけが読めるファイルに置き、--fernet-key-file で指定します。',
    })
  }
  if (reasons.has('host_not_allowed')) {
    steps.push({
      en: 'Add the hosts named above to the allow-list and run this again: it takes what it left.',
      ja: '上に示したホストを許可リストに加え、もう一度実行します。残したものが取り込まれます。',
    })
  }
  const credentials = tables.find(({ table }) => table === 'credentials')
  if (credentials !== undefined && credentials.taken + credentials.already > 0) {
    steps.push({
      en: 'The file holds no client secrets: credentials are renewed as of public clients. Where a provider has given your client a secret, enter it before the token ends (PATCH /api/mcp-console/remote-servers/{id} with clientSecret), or authorize anew.',
      ja: 'ファイルにクライアントシークレットはなく、資格情報は公開クライアントとして更新されます。提供元から発行されている場合は、トークンの期限前に clientSecret を登録するか(PATCH /api/mcp-console/remote-servers/{id})、認可をやり直します。',
    })
  }
  return [
    ...steps,
    {
      en: 'Authorize the servers whose credentials were left, and have people sign in and open their vaults again.',
      ja: '資格情報を残したサーバーを認可し直し、各自がサインインして保管庫を開きます。',
    },
    {
      en: 'End the old vault sessions (Bitwarden: Settings, Security, "Deauthorize sessions"): auth_sessions holds their keys in clear text.',
      ja: '旧コンソールの保管庫セッションを終わらせます(Bitwarden の「すべてのセッションを無効化」)。auth_sessions に鍵が平文で残っています。',
    },
    {
      en: 'Retire the file: encrypt one copy if you must keep the history (age, gpg), then `shred -u state.db` with its -wal, -shm and backups, and delete OAUTH_TOKEN_ENCRYPTION_KEY from your secret store.',
      ja: 'ファイルを廃棄します。履歴が必要なら 1 部だけ暗号化して保管し(age、gpg)、`shred -u state.db` を -wal、-shm、バックアップにも行い、OAUTH_TOKEN_ENCRYPTION_KEY を秘密の保管先から消します。',
    },
  ]
}
