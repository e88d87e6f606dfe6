import { PHASES } from '../define-check.ts'
import { isFinding, type Report, type Result } from '../report.ts'

/** JUnit XML as CI systems show it: a suite a phase, a case a check; waived and unproven are skipped. */
export function asJunit(report: Report): string {
  const suites = PHASES.flatMap((phase) => {
    const results = report.results.filter((result) => result.phase === phase)
    if (results.length === 0) return []
    const failures = results.filter(isFinding).length
    const skipped = results.filter((one) => one.status !== 'pass' && !isFinding(one)).length
    const attributes = `name="minato audit ${phase}" tests="${results.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${seconds(results)}" timestamp="${report.startedAt}"`
    return [`  <testsuite ${attributes}>`, ...results.map(testCase), '  </testsuite>']
  })
  const { results } = report
  const failures = results.filter(isFinding).length
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="minato audit" tests="${results.length}" failures="${failures}" time="${seconds(results)}">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n')
}

function testCase(result: Result): string {
  const { id, phase, severity, title, evidence, why, mend, waiver, status } = result
  const head = `    <testcase classname="${xmlText(`audit.${phase}`)}" name="${xmlText(`${id}: ${title.en}`)}" time="${seconds([result])}"`
  if (status === 'pass') return `${head}/>`
  if (isFinding(result)) {
    const text = `${evidence.en}\nWhy: ${why.en}\nMend: ${mend.en}`
    return `${head}>\n      <failure message="${xmlText(evidence.en)}" type="${severity}">${xmlText(text)}</failure>\n    </testcase>`
  }
  const reason =
    waiver === undefined
      ? evidence.en
      : `Waived by ${waiver.owner} until ${waiver.expires}: ${waiver.reason}`
  return `${head}>\n      <skipped message="${xmlText(reason)}"/>\n    </testcase>`
}

function seconds(results: readonly Result[]): string {
  return (results.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000).toFixed(3)
}

/** Characters XML 1.0 cannot hold are dropped, the five with a meaning are named. */
function xmlText(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&apos;')
      .replaceAll('\n', '&#10;')
  )
}
