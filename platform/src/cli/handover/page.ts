import type { HandoverFacts } from './facts.ts'

type Language = 'en' | 'ja'

/** A page for whoever takes over: what runs where, who may do what, what is open, what ends soon. */
export function handoverPage(facts: HandoverFacts, language: Language): string {
  const say = (en: string, ja: string) => (language === 'ja' ? ja : en)
  const none = say('none', 'なし')
  const sections: [title: string, lines: string[]][] = [
    [say('What runs', '稼働しているもの'), running(facts, language)],
    [say('Where things are', '置き場所'), places(facts, say)],
    [say('People', '利用者'), people(facts, say)],
    [say('Backups', 'バックアップ'), backups(facts, say)],
    [
      say('Last deploys', '最近のデプロイ'),
      facts.deploys.map(({ at, release, state }) => `${at} ${release} — ${state}`),
    ],
    [say('Open findings', '未解決の指摘'), findings(facts, language)],
    [say('Work by the clock', '定期処理'), work(facts, say)],
    [
      say('Ends within ninety days', '90 日以内に期限を迎えるもの'),
      facts.expiring.map(({ what, when }) => `${when.slice(0, 10)} ${what}`),
    ],
    [say('When something breaks', '障害のとき'), emergencies(say)],
  ]
  const head = say(
    `# Handover of ${facts.publicUrl}\n\nWritten ${facts.writtenAt} by \`minato handover\`. It holds no secret: keys and passwords are handed over apart from it.`,
    `# 引き継ぎ: ${facts.publicUrl}\n\n${facts.writtenAt} に \`minato handover\` が作成。秘密は含みません。鍵とパスワードは別の経路で渡してください。`,
  )
  const body = sections.map(([title, lines]) => {
    const items = lines.length === 0 ? [none] : lines
    return `## ${title}\n\n${items.map((line) => `- ${line}`).join('\n')}`
  })
  return `${[head, ...body].join('\n\n')}\n`
}

type Say = (en: string, ja: string) => string

function running(facts: HandoverFacts, language: Language): string[] {
  const apps = facts.apps.map(({ name, title }) => `${title[language]} (${name})`).join(', ')
  return [
    `Minato ${facts.release}, ${facts.profile}`,
    apps,
    ...facts.processes
      .filter(({ alive }) => alive)
      .map(({ role, release, host }) => `${role} ${release} @ ${host}`),
    ...facts.sandboxes.map((name) => `sandbox: ${name}`),
  ]
}

function places({ places: all, activeKeyId }: HandoverFacts, say: Say): string[] {
  return [
    ...Object.entries(all).map(
      ([kind, place]) =>
        `${kind}: ${place || say('embedded or not set', '組み込み、または未設定')}`,
    ),
    say(
      `key that encrypts: ${activeKeyId} (ENCRYPTION_KEYS); without it backups cannot be read`,
      `暗号化に使う鍵: ${activeKeyId}（ENCRYPTION_KEYS）。これがないとバックアップを読めません`,
    ),
    say(
      '`minato config` prints every setting with its source, secrets hidden',
      '`minato config` で全設定と出どころを表示します（秘密は伏せます）',
    ),
  ]
}

function people(
  { people: { administrators, operators, users } }: HandoverFacts,
  say: Say,
): string[] {
  return [
    ...administrators.map(({ email, twoFactor }) => {
      const second = twoFactor
        ? say('two-factor', '2 段階認証')
        : say('NO two-factor', '2 段階認証なし')
      return `${say('administrator', '管理者')}: ${email} (${second})`
    }),
    ...operators.map((email) => `${say('operator', '運用担当')}: ${email}`),
    say(`${users} active accounts`, `有効なアカウント ${users} 件`),
  ]
}

function backups({ backups: { newest, lastDrill, ...rest } }: HandoverFacts, say: Say): string[] {
  const minutes = (ms: number | null) => (ms === null ? '–' : `${(ms / 60_000).toFixed(1)} min`)
  return [
    newest === null
      ? say('no backup yet: `minato backup`', 'まだありません: `minato backup`')
      : `${newest.at} ${newest.id}, ${newest.bytes} bytes, ${newest.proven ? say('proven', '復元を確認済み') : say('unproven: `minato drill`', '未確認: `minato drill`')}`,
    ...(lastDrill === null
      ? []
      : [
          `${say('last drill', '最後の訓練')}: ${lastDrill.at} ${lastDrill.state}, RPO ${minutes(lastDrill.rpoMs)}, RTO ${minutes(lastDrill.rtoMs)}`,
        ]),
    `${say('schedule', '予定')}: ${rest.schedule}, ${rest.retentionDays} ${say('days', '日保持')}`,
  ]
}

function findings({ audit }: HandoverFacts, language: Language): string[] {
  if (audit === null) return ['`minato audit`']
  return [
    `${audit.at}: ${audit.score}/100`,
    ...audit.open.map(({ id, mend }) => `\`${id}\`: ${mend[language]}`),
  ]
}

function work({ schedules, failedJobs }: HandoverFacts, say: Say): string[] {
  return [
    ...schedules.map(
      ({ name, cron, timeZone, paused }) =>
        `${name}: ${cron} (${timeZone})${paused ? say(', paused', '、停止中') : ''}`,
    ),
    say(
      `${failedJobs} failed jobs wait for somebody`,
      `失敗したまま残っているジョブ ${failedJobs} 件`,
    ),
  ]
}

function emergencies(say: Say): string[] {
  return [
    say('docs/guide/runbooks.md has the steps', '手順は docs/guide/runbooks.md にあります'),
    '`minato audit`, `minato health`, `minato jobs list --state failed`, `minato drill`',
  ]
}
