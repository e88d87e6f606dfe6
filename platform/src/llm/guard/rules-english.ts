import { latinContext } from './pattern.ts'
import type { Rule } from './rule.ts'
import { ENGLISH_OVERRIDE } from './rules-english-override.ts'
import { ENGLISH_REVEAL } from './rules-english-reveal.ts'
import { ENGLISH_ROLE } from './rules-english-role.ts'

export const ENGLISH: readonly Rule[] = [...ENGLISH_OVERRIDE, ...ENGLISH_REVEAL, ...ENGLISH_ROLE]

/** Cheap first look: a text without any of these needs no English rule. */
export const ENGLISH_ANCHOR = latinContext(String.raw`
      ignor|disregard|forget|neglect|overrid|abandon|discard|instruct|prompt|directive|guideline
      |do_anything|jailb|mode\b|\bdan\b|you_are|you're|your|pretend|act_as|behave|respon[ds]|reply
      |answer|repeat|print|output|reveal|password|passcode|secret|api.?key|credential|access|send
      |forward|post|upload|mail|\bai\b|\bllm|assistant|gpt|chatbot|tool|function|delete|drop_table
      |rm_-rf|without|system|input|decode|decrypt|unfiltered|uncensored|task|say|from_now|roleplay
      |!\[`)
