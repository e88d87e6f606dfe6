import { latin } from './pattern.ts'
import type { Rule } from './rule.ts'

/** Patterns for runs of letters whose spaces are gone: `i g n o r e p r e v i o u s …`. */
export const ENGLISH_SQUEEZED: readonly Rule[] = [
  {
    id: 'en.squeezed-override',
    family: 'override',
    weight: 0.85,
    pattern: latin(`
      (?:ignore|disregard|forget|override|bypass)(?:about|all|any|every|the|your|my|of|previous
      |prior|above|earlier|system|given|preceding|these|those|safety){1,6}(?:instructions?
      |prompts?|rules|directi(?:on|ve)s|guidelines|commands|orders|text|context)|(?:ignore|forget
      |disregard)(?:everything|all)(?:above|before|youknow|previous)`),
  },
  {
    id: 'en.squeezed-reveal',
    family: 'reveal',
    weight: 0.8,
    pattern: latin(`
      (?:reveal|show|print|output|repeat|display|tellme|giveme|whatis|whatare)(?:me|the|your|full
      |entire|all|of|hidden|secret|initial|original|out){0,6}(?:systemprompts?|prompttexts?
      |initialinstructions|systemmessage|instructions|password|apikeys?|secretkey)`),
  },
  {
    id: 'en.squeezed-forced',
    family: 'forced',
    weight: 0.6,
    pattern: latin(`
      (?:saythat(?:you|i)(?:hate|love)|youarenow(?:dan|evil|unrestricted|free|anai)|doanythingnow
      |developermodeenabled|accessgranted|enable(?:developer|god|dan|jailbreak)mode)`),
  },
]
