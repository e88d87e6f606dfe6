export {
  definePrompt,
  type EvaluationCase,
  type Expectation,
  type Prompt,
} from './define-prompt.ts'
export { promptErrors } from './errors.ts'
export { type CaseResult, type Evaluation, evaluatePrompt } from './evaluate.ts'
export {
  createPrompts,
  type PromptChange,
  type PromptRegistry,
  type PromptSetting,
  type Rendered,
} from './prompts.ts'
