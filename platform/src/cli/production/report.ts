import { type Answers, originOf } from './answers.ts'
import { CONTAINER_USER, type Written } from './settings-folder.ts'

type Line = { en: string; ja: string }

/** What was written, and what remains for a person to do, in order. */
export function report(answers: Answers, written: Written, language: 'en' | 'ja'): string {
  const done: Line[] = [
    {
      en: `Wrote ${answers.folder}: ${written.made.length} files made, ${written.changed.length} changed, ${written.kept.length} secrets kept.`,
      ja: `${answers.folder} に書き込みました: 新規 ${written.made.length}、変更 ${written.changed.length}、そのまま残した秘密 ${written.kept.length}。`,
    },
    { en: '\nBy hand:', ja: '\n残りの作業:' },
  ]
  const numbered = remaining(answers).map((line, index) => `  ${index + 1}. ${line[language]}`)
  return [...done.map((line) => line[language]), ...numbered].join('\n')
}

function remaining(answers: Answers): Line[] {
  const { folder, domain } = answers
  const owner = `${CONTAINER_USER}:${CONTAINER_USER}`
  const lines: Line[] = []
  if (process.getuid?.() !== 0)
    lines.push({
      en: `Give the secrets to the containers' user: sudo chown -R ${owner} ${folder}/secrets ${folder}/certificates`,
      ja: `秘密のファイルをコンテナーの利用者に渡す: sudo chown -R ${owner} ${folder}/secrets ${folder}/certificates`,
    })
  lines.push({
    en: `Point ${domain} at this host (DNS A and AAAA), and let ports ${answers.httpPort} and ${answers.httpsPort} through the firewall; no other.`,
    ja: `${domain} の DNS（A・AAAA）をこのホストに向け、ファイアウォールはポート ${answers.httpPort} と ${answers.httpsPort} だけを開ける。`,
  })
  if (answers.certificate === 'given')
    lines.push({
      en: `Put fullchain.pem and privkey.pem into ${folder}/certificates (mode 0400, owner ${owner}).`,
      ja: `${folder}/certificates に fullchain.pem と privkey.pem を置く（権限 0400、所有者 ${owner}）。`,
    })
  if (answers.settings['LLM_URL'] === undefined)
    lines.push({
      en: `Open an account of a model server; set LLM_URL and LLM_MODEL in minato.env and give its key with --secret LLM_API_KEY=FILE.`,
      ja: `モデルサーバーのアカウントを用意し、minato.env に LLM_URL と LLM_MODEL を書き、鍵は --secret LLM_API_KEY=ファイル で渡す。`,
    })
  if (answers.secrets['MAIL_URL'] === undefined)
    lines.push({
      en: `Open an account of a mail service; give its address with --secret MAIL_URL=FILE and set MAIL_FROM in minato.env.`,
      ja: `メール配信サービスのアカウントを用意し、--secret MAIL_URL=ファイル で渡し、minato.env に MAIL_FROM を書く。`,
    })
  lines.push(
    {
      en: `Keep a copy of secrets/minato/encryption_keys and secrets/postgres/pgbackrest.conf away from this host: without them no backup can be read.`,
      ja: `secrets/minato/encryption_keys と secrets/postgres/pgbackrest.conf の写しを別の場所に保管する。失うとバックアップを読めない。`,
    },
    {
      en: `Start: cd ${folder} && docker compose build && docker compose up -d postgres redis && docker compose run --rm migrate && docker compose up -d`,
      ja: `起動: cd ${folder} && docker compose build && docker compose up -d postgres redis && docker compose run --rm migrate && docker compose up -d`,
    },
    {
      en: `Open the one-time link that \`docker compose logs web-blue\` shows under ${originOf(answers)}/setup and make the first administrator.`,
      ja: `\`docker compose logs web-blue\` に一度だけ使えるリンク（${originOf(answers)}/setup…）が出るので、最初の管理者を作る。`,
    },
  )
  return lines
}
