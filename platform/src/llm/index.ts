export type { Binary } from './binary.ts'
export { type CapChange, type CapOverride, capChange } from './caps.ts'
export { type LlmConfig, llmConfig } from './config.ts'
export { createLlm, type Llm, type LlmDeps, type MonthUsage } from './create-llm.ts'
export { isLlmError, type LlmError, type LlmErrorCode, llmErrors } from './errors.ts'
export { estimateMessageTokens, estimateTokens } from './estimate-tokens.ts'
export * from './guard/index.ts'
export * as guard from './guard/index.ts'
export type { Actor, Capabilities, LaneChange, LaneSetting } from './lanes.ts'
export { laneChange } from './lanes.ts'
export type { ModelOffer } from './model-offers.ts'
export type { Notice } from './notices.ts'
export type { Probe } from './probe.ts'
export {
  type CaseResult,
  definePrompt,
  type Evaluation,
  type EvaluationCase,
  type Expectation,
  type Prompt,
  type PromptChange,
  type PromptSetting,
  promptErrors,
  type Rendered,
} from './prompts/index.ts'
export {
  type CallOptions,
  type ChatEvent,
  type ChatRequest,
  type ChatResult,
  type FilePart,
  type FinishReason,
  type ImagePart,
  LANES,
  type Lane,
  type Message,
  type Part,
  type ResponseFormat,
  type TextPart,
  type Tool,
  type ToolCall,
  type ToolChoice,
  type Usage,
} from './types.ts'
export type { LedgerRow, UsageBy, UsageFilter, UsageRow } from './usage-reports.ts'
