import type { Severity } from '../define-check.ts'
import type { Report, Result } from '../report.ts'

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
}
/** What code hosts sort security findings by, 0 to 10. */
const SECURITY: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.0',
  low: '2.0',
}

/**
 * SARIF 2.1.0 (OASIS), as code hosts and editors read it. Waived findings are there with their
 * suppression; what could not be looked at is `open`.
 */
export function asSarif(report: Report): object {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Minato audit',
            version: report.release,
            semanticVersion: report.release,
            rules: report.results.map(ruleOf),
          },
        },
        invocations: [
          {
            executionSuccessful: true,
            startTimeUtc: report.startedAt,
            endTimeUtc: report.finishedAt,
          },
        ],
        originalUriBaseIds: { ROOT: { description: { text: 'Root of the checkout.' } } },
        results: report.results.map(resultOf),
        properties: { score: report.score, scores: report.scores },
      },
    ],
  }
}

function ruleOf(result: Result): object {
  const { id, title, why, mend, severity, phase, seeds } = result
  return {
    id,
    name: id.replace(/(^|[.-])([a-z0-9])/g, (_whole, _mark, letter: string) =>
      letter.toUpperCase(),
    ),
    shortDescription: { text: title.en },
    fullDescription: { text: why.en },
    help: { text: mend.en, markdown: `${mend.en}\n\n${mend.ja}` },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: {
      tags: ['security', phase, ...seeds],
      'security-severity': SECURITY[severity],
    },
  }
}

function resultOf(result: Result, index: number): object {
  const { id, status, severity, evidence, place, waiver } = result
  const kind = status === 'pass' ? 'pass' : status === 'skip' ? 'open' : 'fail'
  return {
    ruleId: id,
    ruleIndex: index,
    kind,
    level: status === 'fail' ? LEVELS[severity] : 'none',
    message: { text: evidence.en },
    ...(place === undefined ? {} : { locations: [locationOf(place)] }),
    // One finding of one check is the same finding in the next run, whatever its evidence.
    partialFingerprints: { 'minatoCheck/v1': id },
    ...(waiver === undefined
      ? {}
      : {
          suppressions: [
            {
              kind: 'external',
              status: 'accepted',
              justification: `${waiver.reason} (${waiver.owner}, until ${waiver.expires})`,
            },
          ],
        }),
  }
}

function locationOf({ file, line, variable, url }: NonNullable<Result['place']>): object {
  if (file !== undefined) {
    return {
      physicalLocation: {
        artifactLocation: { uri: encodeURI(file), uriBaseId: 'ROOT' },
        ...(line === undefined ? {} : { region: { startLine: line } }),
      },
    }
  }
  const name = variable ?? url ?? ''
  return { logicalLocations: [{ name, kind: variable === undefined ? 'resource' : 'variable' }] }
}
