import { createLeakStage } from './leak-filter.ts'
import { createLinkStage } from './link-filter.ts'
import type { OutputFinding, Stage } from './output-stage.ts'
import { createSecretStage } from './secret-filter.ts'

export type OutputFilter = Stage & { readonly findings: readonly OutputFinding[] }

export type OutputFilterOptions = {
  systemPrompt: string
  canaries: readonly string[]
  /** Secrets this process knows; asked once when the answer begins. */
  secrets?: () => readonly string[]
  /** Hosts whose images may be shown. Without it, images of any host whose address carries no data. */
  imageHosts?: readonly string[]
}

const MAX_FINDINGS = 100

/**
 * Filters a streamed answer: canaries, secrets, passages of the system prompt and unsafe links are replaced
 * before a character of them goes out. Ordinary text passes at once; only what may become a finding is held
 * back, until the next characters decide. One filter serves one answer.
 *
 * @example
 * const filter = createOutputFilter({ systemPrompt, canaries: [token] })
 * for await (const delta of stream) send(filter.push(delta))
 * send(filter.end())
 * if (filter.findings.some(({ kind }) => kind === 'canary')) alarm()
 */
export function createOutputFilter(options: OutputFilterOptions): OutputFilter {
  const findings: OutputFinding[] = []
  const report = (finding: OutputFinding): void => {
    if (findings.length < MAX_FINDINGS) findings.push(finding)
  }
  const { systemPrompt, canaries, imageHosts } = options
  const secrets = options.secrets?.() ?? []
  const stages: readonly Stage[] = [
    createLeakStage({ systemPrompt, canaries, secrets }, report),
    createSecretStage(report),
    createLinkStage(imageHosts, report),
  ]
  return {
    findings,
    push: (delta) => stages.reduce((text, stage) => (text === '' ? '' : stage.push(text)), delta),
    end: () => stages.reduce((text, stage) => stage.push(text) + stage.end(), ''),
  }
}
