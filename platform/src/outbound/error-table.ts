type Row = {
  status: number
  /** Whether the same call may succeed a moment later. */
  retryable: boolean
  title: { en: string; ja: string }
  detail: { en: string; ja: string }
}

const refused = { en: 'Address refused', ja: 'このアドレスには接続できません' }
const failed = { en: 'The other server failed', ja: '相手のサーバーで問題が発生しました' }

/** A refusal: the person's URL is at fault, so 422 and never worth repeating. */
function refusal(en: string, ja: string): Row {
  return { status: 422, retryable: false, title: refused, detail: { en, ja } }
}

function failure(status: number, retryable: boolean, en: string, ja: string): Row {
  return { status, retryable, title: failed, detail: { en, ja } }
}

/**
 * Every code of this concern. The refusals are also what `minato outbound check` prints as reasons.
 * A detail says how to mend, never which inside address a name led to (CWE-918: no port scanner).
 */
export const OUTBOUND_ERRORS = {
  OUTBOUND_URL_INVALID: refusal(
    'This is not a complete URL. Write it as https://host/path.',
    'URL の形式が正しくありません。https://ホスト名/パス の形で入力してください。',
  ),
  OUTBOUND_URL_TOO_LONG: refusal(
    'The URL is longer than 16,384 characters. Shorten it.',
    'URL が 16,384 文字を超えています。短くしてください。',
  ),
  OUTBOUND_SCHEME: refusal(
    'Only http:// and https:// are allowed. Change the beginning of the URL.',
    '使えるのは http:// と https:// だけです。URL の先頭を直してください。',
  ),
  OUTBOUND_CREDENTIALS: refusal(
    'The URL carries a user name or an "@" before the host. Remove it.',
    'URL のホスト名の前にユーザー名または「@」があります。取り除いてください。',
  ),
  OUTBOUND_SPELLING: refusal(
    'The host is spelled in an unusual way. Type it in plain letters, digits and dots.',
    'ホスト名の書き方が特殊です。半角の英数字とドットで入力し直してください。',
  ),
  OUTBOUND_PORT: refusal(
    'This port belongs to another protocol. Use the port the web server listens on.',
    'このポートは別の用途のものです。Web サーバーのポートを指定してください。',
  ),
  OUTBOUND_LOCAL_NAME: refusal(
    'This name exists only inside a network. Use a public host name.',
    'このホスト名は内部ネットワーク専用です。公開されているホスト名を使ってください。',
  ),
  OUTBOUND_WILDCARD_DNS: refusal(
    'This name stands for an address written inside it. Use the service’s own host name.',
    'この名前は埋め込まれた IP アドレスを指します。サービス本来のホスト名を使ってください。',
  ),
  OUTBOUND_METADATA: refusal(
    'This is a cloud provider’s metadata service. Use a public host name.',
    'クラウドのメタデータサービスです。公開されているホスト名を使ってください。',
  ),
  OUTBOUND_LOOPBACK: refusal(
    'This address is the server itself. Use a public host name.',
    'このアドレスはサーバー自身を指します。公開されているホスト名を使ってください。',
  ),
  OUTBOUND_OWN_ADDRESS: refusal(
    'This address is one of the server’s own. Use another host.',
    'このアドレスはサーバー自身のものです。別のホストを指定してください。',
  ),
  OUTBOUND_PRIVATE: refusal(
    'This address is inside a private network. Use a public host name.',
    'プライベートネットワークのアドレスです。公開されているホスト名を使ってください。',
  ),
  OUTBOUND_LINK_LOCAL: refusal(
    'This address is link-local. Use a public host name.',
    'リンクローカルアドレスです。公開されているホスト名を使ってください。',
  ),
  OUTBOUND_CGNAT: refusal(
    'This address is shared carrier space (100.64.0.0/10). Use a public host name.',
    'キャリア共有アドレス（100.64.0.0/10）です。公開されているホスト名を使ってください。',
  ),
  OUTBOUND_MULTICAST: refusal(
    'This is a multicast or broadcast address. Use a public host name.',
    'マルチキャストまたはブロードキャストアドレスです。公開されているホスト名を使ってください。',
  ),
  OUTBOUND_RESERVED: refusal(
    'This address is reserved and not on the public internet. Use a public host name.',
    '予約済みのアドレスです。公開されているホスト名を使ってください。',
  ),
  OUTBOUND_EMBEDDED_IPV4: refusal(
    'This IPv6 address carries an IPv4 address. Use a public host name.',
    'IPv4 を埋め込んだ IPv6 アドレスです。公開されているホスト名を使ってください。',
  ),
  OUTBOUND_REDIRECT_REFUSED: {
    ...refusal(
      'The server redirects elsewhere, and redirects are not followed here. Use the final address.',
      'サーバーが別の場所へ転送しようとしました。転送先の URL を直接指定してください。',
    ),
    status: 502,
  },
  OUTBOUND_TOO_MANY_REDIRECTS: failure(
    502,
    false,
    'The server redirected more than 5 times. Use the final address.',
    '転送が 5 回を超えました。最終的な URL を指定してください。',
  ),
  OUTBOUND_DNS_FAILED: failure(
    502,
    true,
    'The host name could not be resolved. Check its spelling and the DNS settings.',
    'ホスト名を解決できませんでした。つづりと DNS 設定を確認してください。',
  ),
  OUTBOUND_PEER_MISMATCH: failure(
    502,
    false,
    'The connection did not reach the address that was checked, so it was closed.',
    '確認済みのアドレスと接続先が異なるため、接続を切断しました。',
  ),
  OUTBOUND_CONNECT_FAILED: failure(
    502,
    true,
    'No connection to the server. Check host, port and network, then try again.',
    'サーバーに接続できません。ホスト名、ポート、ネットワークを確認してください。',
  ),
  OUTBOUND_TLS_FAILED: failure(
    502,
    false,
    'The server’s certificate was not accepted. Check host name, expiry and issuer.',
    'サーバー証明書を検証できません。ホスト名、有効期限、発行者を確認してください。',
  ),
  OUTBOUND_TIMEOUT: failure(
    504,
    true,
    'The server took too long. Try again, or raise the time limit.',
    'サーバーの応答が時間内にありませんでした。もう一度お試しください。',
  ),
  OUTBOUND_CONNECTION_LOST: failure(
    502,
    true,
    'The connection broke off. Try again.',
    '接続が途中で切れました。もう一度お試しください。',
  ),
  OUTBOUND_RESPONSE_TOO_LARGE: failure(
    502,
    false,
    'The answer is larger than {maxBytes} bytes, so reading stopped.',
    '応答が上限（{maxBytes} バイト）を超えたため、読み込みを中止しました。',
  ),
  OUTBOUND_BODY_NOT_REPEATABLE: failure(
    502,
    false,
    'The server asks to send the body again elsewhere, but a stream can be sent once only.',
    '転送先に本文を送り直せません。転送先の URL を直接指定してください。',
  ),
  OUTBOUND_CIRCUIT_OPEN: failure(
    503,
    true,
    'This server failed several times in a row and is left alone for a moment. Try again soon.',
    'このサーバーへの接続が続けて失敗したため、一時停止しています。少し待ってください。',
  ),
  OUTBOUND_CLOSED: failure(
    503,
    true,
    'This process is shutting down. Try again: another one takes over.',
    '再起動しています。もう一度お試しください。',
  ),
} as const satisfies Record<string, Row>

export type OutboundCode = keyof typeof OUTBOUND_ERRORS
