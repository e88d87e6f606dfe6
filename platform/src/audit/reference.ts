import type { AnyCheck, Phase } from './define-check.ts'
import { PHASES } from './define-check.ts'

const TITLES: Readonly<Record<Phase, string>> = {
  static: 'Static: files of the checkout or the image',
  boot: 'Boot: configuration, database, people, work',
  live: 'Live: the running system, from outside',
}

const HEAD = `# Every check of the audit

\`minato audit\` runs these; [the audit's README](../../platform/src/audit/README.md) says how, and how a finding is
accepted for a time. This page is made from the checks themselves: \`node platform/src/audit/reference.ts\` writes it, and
a test fails when it is out of date. Severity and minutes to mend stand beside each name; the last lines name the seed
documents' checklist lines that a check stands for.
`

/** The text of docs/reference/audit.md. */
export function auditReference(checks: readonly AnyCheck[]): string {
  const parts = PHASES.map((phase) => {
    const own = checks.filter((check) => check.phase === phase)
    return `## ${TITLES[phase]} (${own.length})\n\n${own.map(entry).join('\n\n')}\n`
  })
  return [HEAD, ...parts].join('\n')
}

function entry({ id, severity, minutes, title, why, mend, seeds = [] }: AnyCheck): string {
  const lines = [
    `### \`${id}\``,
    '',
    `${title.en} · ${title.ja} — ${severity}, ${minutes} min`,
    '',
    `- Why: ${why.en}`,
    `- 理由: ${why.ja}`,
    `- Mend: ${mend.en}`,
    `- 対処: ${mend.ja}`,
    ...(seeds.length === 0 ? [] : [`- Seeds: ${seeds.join('; ')}`]),
  ]
  return lines.join('\n')
}

if (import.meta.main) {
  const { allChecks } = await import('./checks.ts')
  const { waiversCheck } = await import('./waivers.ts')
  const { writeFile } = await import('node:fs/promises')
  const { join } = await import('node:path')
  const none = { file: 'minato-waivers.json', active: new Map(), problems: [] }
  const path = join(import.meta.dirname, '../../../docs/reference/audit.md')
  await writeFile(path, auditReference([waiversCheck(none), ...allChecks([])]))
}
