import type { DeployRecord } from './record.ts'

const STATES: Record<DeployRecord['state'], string> = {
  running: 'is running',
  finished: 'is in service',
  reverted: 'was taken back',
  refused: 'was refused; nothing was started',
}

/** One deploy as text for a terminal. */
export function asText(record: DeployRecord): string {
  const lines = record.steps.map(
    ({ name, state, ms, evidence }) =>
      `  ${name.padEnd(10)} ${state.padEnd(8)} ${seconds(ms).padStart(8)}  ${evidence?.en ?? ''}`,
  )
  const reason = record.reason === null ? [] : [`${record.reason.code}: ${record.reason.en}`]
  return [
    `${record.release} ${STATES[record.state]} (${total(record)}).`,
    ...reason,
    ...lines,
  ].join('\n')
}

/** The same as a page to keep. */
export function asMarkdown(record: DeployRecord): string {
  const rows = record.steps.map(
    ({ name, state, ms, evidence }) =>
      `| ${name} | ${state} | ${seconds(ms)} | ${(evidence?.en ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ')} |`,
  )
  return [
    `## ${record.kind} of ${record.release}: ${record.state}`,
    '',
    `From ${record.previous.release} (${record.previous.color}) to ${record.release} (${record.color}), by ${record.by}, ${record.startedAt}, ${total(record)}.`,
    ...(record.reason === null ? [] : ['', `**${record.reason.code}** ${record.reason.en}`]),
    '',
    '| step | result | took | seen |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

function seconds(ms: number | null): string {
  return ms === null ? '' : `${(ms / 1000).toFixed(1)} s`
}

function total({ startedAt, endedAt }: DeployRecord): string {
  return endedAt === null ? 'not ended' : seconds(Date.parse(endedAt) - Date.parse(startedAt))
}
