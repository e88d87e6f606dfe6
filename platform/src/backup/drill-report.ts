import type { DrillView } from './view.ts'

const seconds = (ms: number | null): string => (ms === null ? '-' : `${(ms / 1000).toFixed(1)} s`)

/** A drill as a page for people, in both languages. */
export function drillReport(drill: DrillView): string {
  const { state, backupId, errorCode, errorDetail, checks } = drill
  const verdict =
    state === 'passed' ? 'Proven / 検証済み' : `Not proven / 検証できず: ${errorCode ?? ''}`
  const lines = [
    `# Restore drill ${drill.startedAt.toISOString()}`,
    '',
    `**${verdict}**`,
    '',
    ...(errorDetail === null ? [] : [errorDetail.en, '', errorDetail.ja, '']),
    `Backup: ${backupId ?? '-'}. RPO ${seconds(drill.rpoMs)}, RTO ${seconds(drill.rtoMs)}.`,
    '',
    '| check | result | took | what was seen | 確認した内容 |',
    '|---|---|---|---|---|',
    ...checks.map(
      ({ name, status, durationMs, evidence }) =>
        `| ${name} | ${status} | ${seconds(durationMs)} | ${evidence.en} | ${evidence.ja} |`,
    ),
  ]
  return `${lines.join('\n')}\n`
}
