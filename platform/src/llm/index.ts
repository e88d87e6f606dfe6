export type { Binary } from './binary.ts'
export { type LlmConfig, llmConfig } from './config.ts'
export { createLlm, type Llm, type LlmDeps, type MonthUsage } from './create-llm.ts'
export { isLlmError, type LlmError, type LlmErrorCode, llmErrors } from './errors.ts'
export { estimateMessageTokens, estimateTokens } from './estimate-tokens.ts'
export type { Actor, Capabilities, LaneChange, LaneSetting } from './lanes.ts'
export type {
  CallOptions,
  ChatEvent,
  ChatRequest,
  ChatResult,
  FilePart,
  FinishReason,
  ImagePart,
  Lane,
  Message,
  Part,
  ResponseFormat,
  TextPart,
  Tool,
  ToolCall,
  ToolChoice,
  Usage,
} from './types.ts'
export { LANES } from './types.ts'
