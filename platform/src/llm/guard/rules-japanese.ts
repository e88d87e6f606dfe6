import type { Rule } from './rule.ts'
import { JAPANESE_DOCUMENT } from './rules-japanese-document.ts'
import { JAPANESE_OVERRIDE } from './rules-japanese-override.ts'
import { JAPANESE_REVEAL } from './rules-japanese-reveal.ts'
import { JAPANESE_ROLE } from './rules-japanese-role.ts'

export const JAPANESE: readonly Rule[] = [
  ...JAPANESE_OVERRIDE,
  ...JAPANESE_REVEAL,
  ...JAPANESE_ROLE,
  ...JAPANESE_DOCUMENT,
]
