import type { Expectation } from './define-prompt.ts'
import type { PromptRegistry } from './prompts.ts'

export type CaseResult = {
  input: unknown
  expected: string
  output: string
  passed: boolean
  /** Why there is no output. */
  error: string | null
}
export type Evaluation = { name: string; passed: number; total: number; cases: CaseResult[] }

/**
 * Runs a prompt's evaluation set: each case is rendered (operators' wording included), answered and
 * judged. A case whose call fails has failed; the others go on.
 */
export async function evaluatePrompt(
  prompts: PromptRegistry,
  name: string,
  answer: (text: string) => Promise<string>,
): Promise<Evaluation> {
  const prompt = prompts.known(name)
  const cases: CaseResult[] = []
  for (const { input, expect } of prompt.evaluation) {
    const { text } = await prompts.render(prompt, input)
    const base = { input, expected: describeExpectation(expect) }
    try {
      const output = await answer(text)
      cases.push({ ...base, output, passed: meets(output, expect), error: null })
    } catch (error) {
      cases.push({ ...base, output: '', passed: false, error: String(error) })
    }
  }
  const passed = cases.filter((item) => item.passed).length
  return { name, passed, total: cases.length, cases }
}

function meets(output: string, expect: Expectation): boolean {
  if (typeof expect === 'function') return expect(output)
  if (expect instanceof RegExp) return expect.test(output)
  const parts = typeof expect === 'string' ? [expect] : expect
  return parts.every((part) => output.includes(part))
}

function describeExpectation(expect: Expectation): string {
  if (typeof expect === 'function') return expect.name || 'a rule in code'
  if (expect instanceof RegExp) return String(expect)
  return typeof expect === 'string' ? expect : expect.join(' + ')
}
