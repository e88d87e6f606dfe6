import type { Found } from './restore-drill.ts'

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

/** What was measured, as a page for docs/reports. */
export function reportOf(found: Found): string {
  const { backup, drill, restore, archive } = found
  const date = new Date().toISOString().slice(0, 16).replace('T', ' ')
  const lines = [
    '# Restore drill at full size',
    '',
    `Measured ${date} UTC by \`npm run drill:restore\` on ${found.cores} cores (load average ${found.load.toFixed(1)}), PostgreSQL ${found.serverVersion}.`,
    `Database ${found.databaseMb} MB on disk, ${found.rows} rows; ${found.files} files of 0.5 MB. Aims: RPO under 5 minutes, RTO under 10.`,
    '',
    `**${found.kept ? 'Kept.' : 'Not kept.'}**`,
    '',
    '| what | took | peak memory |',
    '|---|---|---|',
    `| \`minato backup\` (${backup.mb} MB, encrypted) | ${seconds(backup.ms)} | ${backup.peakMb} MB |`,
    `| \`minato drill\`: time to restore (RTO) | ${seconds(drill.rtoMs)} | ${drill.peakMb} MB |`,
    `| \`minato restore\` into a new database | ${seconds(restore.ms)} | ${restore.peakMb} MB |`,
  ]
  if (archive !== undefined) {
    lines.push(
      `| pgBackRest: base backup | ${seconds(archive.backupMs)} | |`,
      `| pgBackRest: disk lost → database takes writes (RTO) | ${seconds(archive.rtoMs)} | |`,
      `| pgBackRest: work lost with the disk (RPO) | ${seconds(archive.rpoMs)} | |`,
      '',
      `The disk was emptied after an immediate stop, with archive_timeout 60 s: ${archive.recovered} of ${archive.heartbeats} heartbeats (five a second) came back.`,
    )
  } else {
    lines.push('', 'pgBackRest is not installed here: the archived log was not measured.')
  }
  lines.push('', '## Steps of the drill', '', '| check | took |', '|---|---|')
  for (const { name, durationMs } of drill.checks)
    lines.push(`| ${name} | ${seconds(durationMs)} |`)
  return `${lines.join('\n')}\n`
}
